import type { ModelManifest, Preparation } from '@darkroom/contracts';
import { decodeRle, type Pixels } from '@darkroom/imaging';
import {
  candidateOutput,
  type DetectionGraphOptions,
  type DetectionGraphOutput,
  detectionGraph,
  type TestCandidate,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_STEPS } from '../no-steps.js';
import type { GraphOpener } from '../open-model.js';
import { NO_SHORTAGE } from '../run-memory.js';
import { detect } from '../testing/detect.js';
import { openOnCpu, TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const SIDE = 64;
/** Twice as wide as high: on the input it is scaled by a half and lies 16 pixels below the edge. */
const WIDTH = 128;
const HEIGHT = 64;
const letterbox: Preparation = {
  resize: 'letterbox',
  width: SIDE,
  height: SIDE,
  resampler: 'cv2-linear',
};

const grey = (value: number): Pixels => ({
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
  data: new Uint8Array(WIDTH * HEIGHT * 3).fill(value),
});

const labels = ['cat', 'dog', 'bird'];

async function open(
  outputs: readonly DetectionGraphOutput[],
  familyOptions: ModelManifest['family_options'] = {},
  more: Partial<DetectionGraphOptions> = {},
  opener?: GraphOpener,
) {
  const graph = detectionGraph({ outputs, size: { width: SIDE, height: SIDE }, ...more });
  const manifest = { task: 'detection', family: 'yolo', labels, preparation: letterbox } as const;
  return models.open(graph, { ...manifest, labels: [...labels], family_options: familyOptions! }, opener);
}

const ofClasses = (candidates: readonly TestCandidate[]) =>
  candidateOutput(candidates, { classes: 3, count: 84 });

const CAT: TestCandidate = { box: [16, 32, 16, 16], scores: { 0: 0.9 } };
const CAT_AGAIN: TestCandidate = { box: [17, 32, 16, 16], scores: { 0: 0.7 } };
const DOG_ON_CAT: TestCandidate = { box: [16, 32, 16, 15], scores: { 1: 0.6 } };
const BIRD: TestCandidate = { box: [48, 24, 8, 8], scores: { 2: 0.3, 1: 0.1 } };

describe('what is found', () => {
  it('is the best of each thing, best first, in pixels of the picture', async () => {
    const pipeline = await open([ofClasses([BIRD, CAT_AGAIN, CAT, DOG_ON_CAT])]);
    const { result } = await detect(pipeline, grey(0), { iou_threshold: 0.5 });
    expect(result).toMatchObject({ width: WIDTH, height: HEIGHT, counts: { cat: 1, dog: 1, bird: 1 } });
    expect(result.detections).toEqual([
      { index: 0, class_id: 0, label: 'cat', score: 0.9, box: [16, 16, 48, 48], area: 1024, crop: null },
      { index: 1, class_id: 1, label: 'dog', score: 0.6, box: [16, 17, 48, 47], area: 960, crop: null },
      { index: 2, class_id: 2, label: 'bird', score: 0.3, box: [88, 8, 104, 24], area: 256, crop: null },
    ]);
  });

  it.each([
    ['those above a threshold', { score_threshold: 0.6 }, ['cat', 'cat', 'dog']],
    ['so many', { max_detections: 2 }, ['cat', 'cat']],
    ['one where classes suppress each other', { iou_threshold: 0.5, class_agnostic: true }, ['cat', 'bird']],
    ['classes by label', { classes: ['bird', 'dog'] }, ['dog', 'bird']],
    ['classes by id, before they are counted', { classes: [2], max_detections: 1 }, ['bird']],
  ])('is, on request, %s', async (_, options, found) => {
    const pipeline = await open([ofClasses([BIRD, CAT_AGAIN, CAT, DOG_ON_CAT])]);
    const { result } = await detect(pipeline, grey(0), { iou_threshold: 0.99, ...options });
    expect(result.detections.map(({ label }) => label)).toEqual(found);
  });

  it('is nothing that lies outside of the picture, or is not made of numbers', async () => {
    const padding: TestCandidate = { box: [32, 6, 20, 10], scores: { 0: 0.95 } };
    const overflown: TestCandidate = { box: [32, 32, Infinity, 8], scores: { 1: 0.95 } };
    const unknown: TestCandidate = { box: [32, 32, 8, 8], scores: { 2: Number.NaN } };
    const pipeline = await open([ofClasses([padding, overflown, unknown, CAT])]);
    const { result } = await detect(pipeline, grey(0));
    expect(result.detections.map(({ label, score }) => [label, score])).toEqual([['cat', 0.9]]);
  });

  it('is refused when scores are none', async () => {
    const pipeline = await open([ofClasses([{ ...CAT, scores: { 0: 4.5 } }])]);
    await expect(detect(pipeline, grey(0))).rejects.toMatchObject({
      code: 'inference_failed',
      message: expect.stringContaining('Expected scores from 0 to 1, got 4.5'),
    });
  });

  it('has the score of a class times that of being anything at all', async () => {
    const candidates = [
      { ...CAT, objectness: 0.5 },
      { ...BIRD, objectness: 0.8 },
    ];
    const output = candidateOutput(candidates, {
      classes: 3,
      count: 252,
      objectness: true,
      candidates: 'first',
    });
    const pipeline = await open([output], { objectness: true });
    const { result } = await detect(pipeline, grey(0));
    expect(result.detections.map(({ label, score }) => [label, score])).toEqual([['cat', 0.45]]);
  });

  it('has each label of a box where the manifest says so', async () => {
    const both = { ...CAT, scores: { 0: 0.9, 2: 0.5, 1: 0.1 } };
    const pipeline = await open([ofClasses([both])], { multi_label: true });
    const { result } = await detect(pipeline, grey(0));
    expect(result.detections.map(({ label }) => label)).toEqual(['cat', 'bird']);
  });
});

describe('boxes that the graph has chosen', () => {
  /** Edges, score, class; two coefficients of the mask. */
  const rows = [
    [8, 24, 24, 40, 0.9, 0, 1, 0],
    [8, 24, 24, 39, 0.8, 0, 1, 0],
    [44, 20, 52, 28, 0.4, 2, 0, 1],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ];
  const chosen = (values: number): DetectionGraphOutput => ({
    name: 'output0',
    shape: [rows.length, values],
    values: rows.flatMap((row) => row.slice(0, values)),
  });

  it('are all taken, however much they overlap', async () => {
    const pipeline = await open([chosen(6)], { layout: 'end-to-end' });
    const { result } = await detect(pipeline, grey(0));
    expect(result.detections.map(({ label, score, box }) => [label, score, box])).toEqual([
      ['cat', 0.9, [16, 16, 48, 48]],
      ['cat', 0.8, [16, 16, 48, 46]],
      ['bird', 0.4, [88, 8, 104, 24]],
    ]);
  });

  it('are narrowed down by score, class and number', async () => {
    const pipeline = await open([chosen(6)], { layout: 'end-to-end' });
    const scoresWith = async (options: Parameters<typeof detect>[2]) =>
      (await detect(pipeline, grey(0), options)).result.detections.map(({ score }) => score);
    expect(await scoresWith({ score_threshold: 0.5 })).toEqual([0.9, 0.8]);
    expect(await scoresWith({ classes: ['bird'] })).toEqual([0.4]);
    expect(await scoresWith({ max_detections: 1 })).toEqual([0.9]);
  });

  it('have masks where the graph gives prototypes', async () => {
    const prototypes = { name: 'prototypes', shape: [2, 16, 16], values: prototypeValues() };
    const pipeline = await open([chosen(8), prototypes], { layout: 'end-to-end', masks: true });
    const { result } = await detect(pipeline, grey(0), { mask_format: 'rle', classes: ['cat'] });
    expect(result.detections.map(({ area }) => area)).toEqual([32 * 32, 32 * 30]);
  });
});

/** The first is positive everywhere, the second in the left half of the input. */
function prototypeValues(): number[] {
  const everywhere = Array.from({ length: 256 }, () => 1);
  return [...everywhere, ...everywhere.map((_, at) => (at % 16 < 8 ? 1 : -1))];
}

describe('masks', () => {
  const leftHalf = { box: [32, 32, 32, 16], scores: { 1: 0.8 }, coefficients: [0, 1] } as const;
  const noMask = { box: [48, 40, 8, 8], scores: { 2: 0.7 }, coefficients: [-1, 0] } as const;
  const outputs: DetectionGraphOutput[] = [
    candidateOutput([leftHalf, noMask], { classes: 3, count: 84, coefficients: 2 }),
    { name: 'prototypes', shape: [2, 16, 16], values: prototypeValues() },
  ];

  it('are weighted prototypes within the box', async () => {
    const pipeline = await open(outputs, { masks: true });
    const { result } = await detect(pipeline, grey(0), { mask_format: 'rle' });
    const [dog, bird] = result.detections;
    const { size, counts } = dog!.rle!;
    const mask = decodeRle({ size: [size[0]!, size[1]!], counts }, { maxPixels: WIDTH * HEIGHT });
    expect(mask).toMatchObject({ x: 32, y: 16, width: 32, height: 32 });
    expect(dog).toMatchObject({ box: [32, 16, 96, 48], area: 32 * 32 });
    expect(bird).toMatchObject({ label: 'bird', area: 0 });
  });

  it('are left out where the manifest says so, though the graph gives them', async () => {
    const pipeline = await open(outputs, { masks: false });
    const { result } = await detect(pipeline, grey(0), { mask_format: 'rle' });
    expect(result.detections[0]).toMatchObject({ label: 'dog', area: 64 * 32 });
    expect(result.detections[0]).not.toHaveProperty('rle');
  });
});

describe('a run', () => {
  const moving: DetectionGraphOutput = {
    ...ofClasses([CAT]),
    // The box is 32 pixels further right in a white picture.
    addedForWhite: candidateOutput([{ box: [32, 0, 0, 0], scores: {} }], { classes: 3, count: 84 }).values,
  };

  it.each([
    { freeBatch: true, inputType: 'float32' as const },
    { freeBatch: true, inputType: 'float16' as const },
    { freeBatch: false, inputType: 'float32' as const },
  ])('gives every picture of a batch its own boxes: $freeBatch, $inputType', async (variant) => {
    const pipeline = await open([{ ...moving, type: variant.inputType }], {}, variant);
    expect(pipeline.takesBatches).toBe(variant.freeBatch);
    const inputs = [0, 255, 0].map((value) => ({ picture: grey(value), options: plainOptions }));
    const prepared = await Promise.all(inputs.map((input) => pipeline.prepare(input)));
    expect(new Set(prepared.map((one) => pipeline.batchKey(one))).size).toBe(1);
    const inferred = await pipeline.infer(prepared, NO_STEPS, NO_SHORTAGE);
    const lefts: number[] = [];
    for (const [i, input] of inputs.entries()) {
      const { result } = await pipeline.postprocess(inferred[i], prepared[i], input);
      lefts.push((result as { detections: { box: number[] }[] }).detections[0]!.box[0]!);
    }
    expect(lefts[0]).toBe(lefts[2]);
    // Half of the input is picture, and white there; the rest is padding.
    expect(lefts[1]! - lefts[0]!).toBeCloseTo(32, 0);
  });

  it('that gives other values than the signature tells of is explained', async () => {
    /** As a graph is whose number of values is known in the run alone. */
    const openVaguely = async (path: string) => {
      const graph = await openOnCpu(path);
      const outputs = graph.outputs.map((output) => ({ ...output, dims: [1, null, 84] }));
      const run: typeof graph.run = (...feeds) => graph.run(...feeds);
      return { inputs: graph.inputs, outputs, run, close: () => graph.close() };
    };
    const four = candidateOutput([CAT], { classes: 4, count: 84 });
    const pipeline = await open([four], { objectness: false }, {}, openVaguely);
    await expect(detect(pipeline, grey(0))).rejects.toMatchObject({
      code: 'inference_failed',
      message: expect.stringMatching(
        /Expected 7 values for each candidate .* for 3 classes, got a tensor of \[1, 8, 84\]/,
      ),
    });
  });
});

const plainOptions = {
  score_threshold: 0.25,
  max_detections: 300,
  crop_padding: 0,
  outputs: [],
  output_format: 'jpeg',
};
