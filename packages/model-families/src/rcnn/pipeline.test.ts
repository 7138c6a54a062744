import type { ModelManifest } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { type DetectionGraphOptions, type DetectionGraphOutput, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../testing/detect.js';
import { wholeMask } from '../testing/golden.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const plain = (width: number, height: number, value = 255): Pixels => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(value),
});

const rows = (
  name: string,
  shape: number[],
  values: number[],
  more: Partial<DetectionGraphOutput> = {},
): DetectionGraphOutput => ({ name, shape, values, withoutBatch: true, ...more });

const boxes = [1, 2, 5, 8, 0, 0, 4, 4, 2, 2, 8, 8];
const graphOf = (more: DetectionGraphOutput[] = [], options: Partial<DetectionGraphOptions> = {}) =>
  detectionGraph({
    outputs: [
      rows('boxes', [3, 4], boxes),
      rows('labels', [3], [2, 1, 0], { type: 'int64' }),
      rows('scores', [3], [0.6, 0.9, 0.7]),
      ...more,
    ],
    ...options,
  });

const manifestOf = (more: Partial<ModelManifest> = {}): Partial<ModelManifest> => ({
  task: 'detection',
  family: 'rcnn',
  labels: ['cat', 'dog'],
  preparation: { resize: 'none' },
  ...more,
});

const found = (graph: Uint8Array, manifest: Partial<ModelManifest> = {}, picture = plain(8, 8)) =>
  foundBy(graph, manifestOf(manifest), picture);

async function foundBy(graph: Uint8Array, manifest: Partial<ModelManifest>, picture = plain(8, 8)) {
  const pipeline = await models.open(graph, manifest);
  await pipeline.warmUp();
  const { result } = await detect(pipeline, picture, { score_threshold: 0.5 });
  return result.detections.map(({ class_id, label, box }) => ({ class_id, label, box }));
}

const cat = { class_id: 0, label: 'cat', box: [0, 0, 4, 4] };
const dog = { class_id: 1, label: 'dog', box: [1, 2, 5, 8] };

describe('classes are numbered', () => {
  it('from 1 where the background has no label, and the background is left out', async () => {
    expect(await found(graphOf())).toEqual([cat, dog]);
  });

  it('from 0 where the background has one', async () => {
    expect(await found(graphOf(), { labels: ['__background__', 'cat', 'dog'] })).toEqual([
      { ...cat, class_id: 1 },
      { class_id: 0, label: '__background__', box: [2, 2, 8, 8] },
      { ...dog, class_id: 2 },
    ]);
  });

  it('from 0 where there are no labels, with the numbers of the graph as names', async () => {
    const { labels: _, ...withoutLabels } = manifestOf();
    const all = await foundBy(graphOf(), withoutLabels);
    expect(all.map(({ class_id, label }) => [class_id, label])).toEqual([
      [1, 'class 1'],
      [0, 'class 0'],
      [2, 'class 2'],
    ]);
  });

  it('as the manifest says, and one beyond the labels has its number for a name', async () => {
    const all = await found(graphOf(), { family_options: { first_class: 0 } });
    expect(all.map(({ label }) => label)).toEqual(['dog', 'cat', 'class 2']);
  });
});

it('finds nothing where the graph gives no rows', async () => {
  const empty = detectionGraph({
    outputs: [
      rows('boxes', [0, 4], []),
      rows('labels', [0], [], { type: 'int64' }),
      rows('scores', [0], []),
      rows('masks', [0, 1, 28, 28], []),
    ],
  });
  expect(await found(empty, { family_options: { masks: true } })).toEqual([]);
});

it('brings boxes back from a picture that was resized outside of the graph', async () => {
  const preparation = { resize: 'stretch', width: 8, height: 8, resampler: 'pil-bilinear' } as const;
  expect(await found(graphOf(), { preparation }, plain(80, 16))).toEqual([
    { ...cat, box: [0, 0, 40, 8] },
    { ...dog, box: [10, 4, 50, 16] },
  ]);
});

it('feeds a picture without a batch where the graph takes such, and shows it as the network saw it', async () => {
  const preparation = { resize: 'none', channel_order: 'bgr', scale: 1 } as const;
  const graph = graphOf([], { inputWithoutBatch: true });
  const pipeline = await models.open(graph, manifestOf({ preparation }));
  const { artifacts } = await detect(pipeline, plain(8, 6), { outputs: ['model_input'] });
  expect(artifacts['model_input.png']).toMatchObject({ width: 8, height: 6 });
});

describe('masks as large as the input', () => {
  const family_options = { masks: true };
  const half = (type: DetectionGraphOutput['type'] = 'float32') => {
    // The left half of the cat's box, and nothing of the others.
    const mask = Array.from({ length: 64 }, (_, i) => (i % 8 < 2 && i < 32 ? 1 : 0));
    const none = Array.from({ length: 64 }, () => 0);
    return [rows('masks', [3, 1, 8, 8], [...none, ...mask, ...none], { type })];
  };

  it.each(['float32', 'float16', 'int32'] as const)('are read in %s', async (type) => {
    const pipeline = await models.open(graphOf(half(type)), manifestOf({ family_options }));
    const { result } = await detect(pipeline, plain(8, 8), { score_threshold: 0.5, mask_format: 'rle' });
    const [first, second] = result.detections;
    const expected = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 2 && i < 32 ? 1 : 0));
    expect(wholeMask(first!.rle!)).toEqual(expected);
    expect(second).toMatchObject({ label: 'dog', area: 0 });
  });

  it('are enlarged with the picture', async () => {
    const preparation = { resize: 'stretch', width: 8, height: 8, resampler: 'pil-bilinear' } as const;
    const pipeline = await models.open(graphOf(half()), manifestOf({ family_options, preparation }));
    const { result } = await detect(pipeline, plain(40, 16), { score_threshold: 0.5, mask_format: 'rle' });
    const expected = Uint8Array.from({ length: 640 }, (_, i) => (i % 40 < 10 && i < 320 ? 1 : 0));
    // In the corner between them the cells fade in both directions.
    expected[7 * 40 + 9] = 0;
    expect(wholeMask(result.detections[0]!.rle!)).toEqual(expected);
  });
});

it('says what outputs it expected when their rows differ', async () => {
  const graph = graphOf([
    rows(
      'masks',
      [2, 1, 28, 28],
      Array.from({ length: 2 * 784 }, () => 1),
    ),
  ]);
  const pipeline = await models.open(graph, manifestOf({ family_options: { masks: true } }));
  await expect(detect(pipeline, plain(8, 8))).rejects.toThrow(
    'Expected masks of [3, 1, height, width], one for each box, got a tensor of [2, 1, 28, 28].',
  );
});
