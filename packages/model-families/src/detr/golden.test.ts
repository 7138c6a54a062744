import type { ModelManifest, Preparation } from '@darkroom/contracts';
import { decodeImage } from '@darkroom/imaging';
import { type DetectionGraphOptions, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../testing/detect.js';
import { expectSameDetections, goldenFile, goldenPicture, goldenTensor } from '../testing/golden.js';
import { TestModels } from '../testing/test-models.js';

interface GoldenCase {
  readonly picture: string;
  readonly threshold: number;
  readonly classes: number;
  /** Class, score, box of each, best first. */
  readonly detections: readonly (readonly number[])[];
}

let models: TestModels;
let cases: Readonly<Record<string, GoldenCase>>;

beforeAll(async () => {
  models = await TestModels.create();
  cases = JSON.parse((await goldenFile('detr/cases.json')).toString());
});

afterAll(() => models.delete());

const byShortestEdge: Preparation = {
  resize: 'shortest-edge',
  shortest_edge: 40,
  longest_edge: 64,
  shortest_edge_rounding: 'transformers',
  resampler: 'pil-bilinear',
};
const square: Preparation = {
  resize: 'stretch',
  width: 64,
  height: 64,
  resampler: 'pil-bilinear',
};

async function modelOf(
  name: string,
  graph: Partial<DetectionGraphOptions>,
  manifest: Partial<ModelManifest>,
) {
  const logits = await goldenTensor(`detr/${name}-logits.npy`);
  const boxes = await goldenTensor(`detr/${name}-boxes.npy`);
  const bytes = detectionGraph({
    inputName: 'pixel_values',
    outputs: [
      { name: 'logits', shape: logits.dims.slice(1), values: [...logits.data] },
      { name: 'pred_boxes', shape: boxes.dims.slice(1), values: [...boxes.data] },
    ],
    ...graph,
  });
  const labels = Array.from({ length: cases[name]!.classes }, (_, id) => `label ${id}`);
  return { bytes, manifest: { task: 'detection', family: 'detr', labels, ...manifest } as const };
}

const pixelMask = ['batch', 'height', 'width'];

describe('boxes equal those of transformers', () => {
  it.each<[string, Partial<DetectionGraphOptions>, Partial<ModelManifest>]>([
    ['detr', { pixelMask, freeBatch: true }, { preparation: byShortestEdge }],
    ['rt-detr', { size: { width: 64, height: 64 } }, { preparation: square }],
    ['conditional-detr', {}, { preparation: byShortestEdge, family_options: { top_k: 100 } }],
  ])('%s', async (name, graph, more) => {
    const { bytes, manifest } = await modelOf(name, graph, more);
    expect(await models.problemsOf(bytes, manifest)).toEqual([]);
    const pipeline = await models.open(bytes, manifest);
    await pipeline.warmUp();
    const { picture, threshold, detections } = cases[name]!;
    const { result } = await detect(pipeline, await goldenPicture(`${picture}.png`), {
      score_threshold: threshold,
    });
    expect(detections.length).toBeGreaterThan(10);
    expectSameDetections(
      result,
      detections.map(([classId, score, ...box]) => ({ classId: classId!, score: score!, box })),
    );
  });
});

describe('the network sees the very pixels', () => {
  it('that transformers resizes to', async () => {
    const { bytes, manifest } = await modelOf('detr', {}, { preparation: byShortestEdge });
    const pipeline = await models.open(bytes, manifest);
    const picture = await goldenPicture('b-113x61.png');
    const { artifacts } = await detect(pipeline, picture, { outputs: ['model_input'] });
    const seen = await decodeImage(artifacts['model_input.png']!.bytes, { maxPixels: 1e6 });
    const expected = await goldenPicture('detr/b-113x61.transformers-63x35.png');
    expect([seen.width, seen.height]).toEqual([63, 35]);
    expect(seen.data).toEqual(expected.data);
  });
});
