import type { DetectionOptions, DetectionResult, ModelManifest, Preparation } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { type DetectionGraphOptions, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_STEPS } from '../no-steps.js';
import { NO_SHORTAGE } from '../run-memory.js';
import { detect } from '../testing/detect.js';
import { openOnCpu, TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const plain = (width: number, height: number, value: number): Pixels => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(value),
});
const white = plain(40, 20, 255);

/** Of three queries the second is sure of class 1 in a white picture, and of nothing in a black one. */
const graphOf = (more: Partial<DetectionGraphOptions> = {}) =>
  detectionGraph({
    inputName: 'pixel_values',
    outputs: [
      {
        name: 'logits',
        shape: [3, 3],
        values: [0, 0, 9, 0, -9, 9, 0, 0, 9],
        addedForWhite: [0, 0, 0, 0, 18, -18, 0, 0, 0],
      },
      { name: 'pred_boxes', shape: [3, 4], values: [0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0] },
    ],
    ...more,
  });

const stretch = (width: number, height: number): Preparation => ({
  resize: 'stretch',
  width,
  height,
  resampler: 'pil-bilinear',
});

const manifestOf = (more: Partial<ModelManifest> = {}): Partial<ModelManifest> => ({
  task: 'detection',
  family: 'detr',
  labels: ['cat', 'dog'],
  preparation: stretch(32, 32),
  ...more,
});

const found = ({ detections }: DetectionResult) => detections.map(({ label, box }) => ({ label, box }));

describe('a pixel mask', () => {
  it.each([
    ['as large as the input', [1, 'height', 'width']],
    ['of a fixed size', [1, 64, 64]],
    ['of any batch and a fixed size', ['batch', 64, 64]],
  ])('%s says that the picture is everywhere', async (_, pixelMask) => {
    const pipeline = await models.open(graphOf({ pixelMask }), manifestOf());
    const { result } = await detect(pipeline, white, { score_threshold: 0.9 });
    expect(found(result)).toEqual([{ label: 'dog', box: [10, 5, 30, 15] }]);
  });

  it('says where padding is, and boxes are shares of the picture then', async () => {
    const preparation: Preparation = {
      resize: 'letterbox',
      width: 32,
      height: 64,
      resampler: 'pil-bilinear',
      padding_color: [255, 255, 255],
    };
    const model = manifestOf({ preparation });
    const options: Partial<DetectionOptions> = { score_threshold: 0.5 };
    const masked = await models.open(graphOf({ pixelMask: [1, 'height', 'width'] }), model);
    // A quarter of the input is picture, so that the network takes it for dark and for anything but a dog.
    const dark = await detect(masked, white, { ...options, score_threshold: 0.005 });
    expect(found(dark.result)).toEqual([{ label: 'cat', box: [10, 5, 30, 15] }]);
    const unmasked = await models.open(graphOf(), model);
    const bright = await detect(unmasked, white, options);
    expect(found(bright.result)).toEqual([{ label: 'dog', box: [10, 0, 30, 20] }]);
  });
});

describe('batches', () => {
  it('are run together where the first dimension is free', async () => {
    let runs = 0;
    const counting = async (path: string) => {
      const graph = await openOnCpu(path);
      return {
        inputs: graph.inputs,
        outputs: graph.outputs,
        run: (feeds: Parameters<typeof graph.run>[0], names?: readonly string[]) => {
          runs++;
          return graph.run(feeds, names);
        },
        close: () => graph.close(),
      };
    };
    const graph = graphOf({ freeBatch: true, pixelMask: ['batch', 'height', 'width'] });
    const pipeline = await models.open(graph, manifestOf(), counting);
    expect(pipeline.takesBatches).toBe(true);
    const options = { score_threshold: 0.9, max_detections: 300, crop_padding: 0, outputs: [] };
    const inputs = [white, plain(40, 20, 0), plain(20, 40, 255)].map((picture) => ({ picture, options }));
    const prepared = await Promise.all(inputs.map((input) => pipeline.prepare(input)));
    expect(new Set(prepared.map((one) => pipeline.batchKey(one))).size).toBe(1);
    const inferred = await pipeline.infer(prepared, NO_STEPS, NO_SHORTAGE);
    expect(runs).toBe(1);
    const results = await Promise.all(
      inferred.map(async (one, i) => (await pipeline.postprocess(one, prepared[i], inputs[i]!)).result),
    );
    expect(results.map((result) => found(result as DetectionResult))).toEqual([
      [{ label: 'dog', box: [10, 5, 30, 15] }],
      [],
      [{ label: 'dog', box: [5, 10, 15, 30] }],
    ]);
  });

  it('are run one after the other where it is fixed', async () => {
    expect((await models.open(graphOf(), manifestOf())).takesBatches).toBe(false);
    const fixedMask = graphOf({ freeBatch: true, pixelMask: [1, 'height', 'width'] });
    expect((await models.open(fixedMask, manifestOf())).takesBatches).toBe(false);
  });
});

it('takes half precision in and out', async () => {
  const graph = graphOf({ inputType: 'float16' });
  const pipeline = await models.open(graph, manifestOf());
  const { result } = await detect(pipeline, white, { score_threshold: 0.9 });
  expect(found(result)).toEqual([{ label: 'dog', box: [10, 5, 30, 15] }]);
});

describe('sigmoid', () => {
  const logits = [
    [3, -9],
    [2, 1],
    [-9, 0.5],
  ];
  const graph = detectionGraph({
    outputs: [
      { name: 'logits', shape: [3, 2], values: logits.flat() },
      { name: 'pred_boxes', shape: [3, 4], values: [0.25, 0.5, 0.5, 1, 0.5, 0.5, 1, 1, 0.75, 0.5, 0.5, 1] },
    ],
  });
  const labelsOf = async (more: Partial<ModelManifest>, options: Partial<DetectionOptions> = {}) => {
    const pipeline = await models.open(graph, manifestOf(more));
    const { result } = await detect(pipeline, white, { score_threshold: 0.1, ...options });
    return result.detections.map(({ label }) => label);
  };

  it('is what as many logits as labels mean, and gives a query several classes', async () => {
    expect(await labelsOf({})).toEqual(['cat', 'cat', 'dog']);
  });

  it('counts only the best pairs, before classes are picked out', async () => {
    expect(await labelsOf({ family_options: { top_k: 4 } })).toEqual(['cat', 'cat', 'dog', 'dog']);
    expect(await labelsOf({}, { classes: ['dog'] })).toEqual(['dog']);
    expect(await labelsOf({ family_options: { top_k: 2 } }, { classes: ['dog'] })).toEqual([]);
    expect(await labelsOf({}, { max_detections: 1 })).toEqual(['cat']);
  });

  it('lets a network that overflowed find nothing', async () => {
    const overflowed = detectionGraph({
      outputs: [
        { name: 'logits', shape: [2, 2], values: [Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, -1] },
        { name: 'pred_boxes', shape: [2, 4], values: [0.5, 0.5, 1, 1, Number.NaN, 0.5, 1, 1] },
      ],
    });
    const pipeline = await models.open(overflowed, manifestOf());
    const { result } = await detect(pipeline, white, { score_threshold: 0.1 });
    expect(result.detections).toEqual([]);
  });
});
