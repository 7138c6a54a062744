import type { ModelManifest } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { detect } from '../testing/detect.js';
import {
  countDifferent,
  expectSameDetections,
  goldenFile,
  goldenPicture,
  maskInStack,
  wholeMask,
} from '../testing/golden.js';
import { TestModels } from '../testing/test-models.js';

/** What `models/export` writes beside a graph. */
interface GoldenExport {
  readonly manifest: Partial<ModelManifest>;
  readonly score_threshold: number;
  readonly detections: readonly { readonly box: number[]; readonly label: number; readonly score: number }[];
}

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

async function openExported(name: string): Promise<{ pipeline: Pipeline; golden: GoldenExport }> {
  const graph = await goldenFile(`rcnn/${name}.onnx`);
  const golden: GoldenExport = JSON.parse((await goldenFile(`rcnn/${name}.json`)).toString());
  expect(await models.problemsOf(graph, golden.manifest)).toEqual([]);
  return { pipeline: await models.open(graph, golden.manifest), golden };
}

describe.each([
  ['a Faster R-CNN of torchvision', 'exported-faster-rcnn'],
  ['a Mask R-CNN of torchvision', 'exported-mask-rcnn'],
  ['a Mask R-CNN of Detectron2', 'exported-detectron2'],
])('%s, as models/export writes it', (_, name) => {
  it('finds what PyTorch finds', async () => {
    const { pipeline, golden } = await openExported(name);
    const { score_threshold, detections } = golden;
    const { result } = await detect(pipeline, await goldenPicture('rcnn/scene.png'), { score_threshold });
    expect(detections.length).toBeGreaterThan(10);
    expect(new Set(detections.map(({ label }) => label)).size).toBe(4);
    expectSameDetections(
      result,
      detections.map(({ box, label, score }) => ({ classId: label, score, box })),
    );
  });
});

describe.each(['exported-faster-rcnn', 'exported-mask-rcnn', 'exported-detectron2'])('%s', (name) => {
  it('takes pictures of other sizes than it was traced with, and with next to nothing in them', async () => {
    const { pipeline } = await openExported(name);
    for (const [width, height] of [
      [1, 1],
      [300, 40],
      [33, 210],
    ] as const) {
      const data = new Uint8Array(width * height * 3).fill(90);
      const { result } = await detect(
        pipeline,
        { width, height, channels: 3, data },
        { score_threshold: 0.05 },
      );
      expect(result).toMatchObject({ width, height });
    }
  });
});

describe.each([
  ['torchvision', 'exported-mask-rcnn'],
  ['Detectron2', 'exported-detectron2'],
])('masks of %s that are left to be pasted', (_, name) => {
  it('come into the picture as PyTorch has them, all but one in a thousand of their pixels', async () => {
    const { pipeline, golden } = await openExported(name);
    const { score_threshold, detections } = golden;
    const picture = await goldenPicture('rcnn/scene.png');
    const { result } = await detect(pipeline, picture, { score_threshold, mask_format: 'rle' });
    const masks = result.detections.map(({ rle }) => wholeMask(rle!));
    expect(masks.length).toBe(detections.length);
    const stack = await goldenPicture(`rcnn/${name}-masks.png`);
    const different = masks.map((mask, i) => countDifferent(mask, maskInStack(stack, i, picture.height)));
    const area = result.detections.reduce((sum, detection) => sum + detection.area, 0);
    expect(area).toBeGreaterThan(3000);
    expect(different.reduce((sum, count) => sum + count, 0) / area).toBeLessThan(0.001);
  });
});
