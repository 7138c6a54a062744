import type { ModelManifest } from '@darkroom/contracts';
import type { Box } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { detect } from '../testing/detect.js';
import {
  countDifferent,
  expectSameDetections,
  goldenFile,
  goldenPicture,
  goldenTensor,
  maskInStack,
  wholeMask,
} from '../testing/golden.js';
import { TestModels } from '../testing/test-models.js';
import { pasteMask } from './paste-mask.js';

interface GoldenRows {
  readonly detections: readonly { readonly box: number[]; readonly label: number; readonly score: number }[];
}

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const goldenJson = async (name: string) => JSON.parse((await goldenFile(`rcnn/${name}.json`)).toString());

const labels = ['red', 'green', 'blue'];
/** What each graph's manifest says beside its labels, as the docs have it. */
const manifests: Readonly<Record<string, Partial<ModelManifest>>> = {
  torchvision: {
    labels: ['__background__', ...labels],
    preparation: { resize: 'none' },
    family_options: { masks: true },
  },
  detectron2: {
    labels,
    preparation: {
      resize: 'shortest-edge',
      shortest_edge: 96,
      longest_edge: 160,
      shortest_edge_rounding: 'detectron2',
      resampler: 'pil-bilinear',
      channel_order: 'bgr',
      scale: 1,
    },
    family_options: { masks: true, mask_pasting: 'detectron2', first_class: 0 },
  },
};

describe.each(Object.entries(manifests))('a Mask R-CNN as %s exports it', (name, manifest) => {
  const model = { ...manifest, task: 'detection', family: 'rcnn' } as const;
  let pipeline: Pipeline;

  beforeAll(async () => {
    const graph = await goldenFile(`rcnn/${name}.onnx`);
    expect(await models.problemsOf(graph, model)).toEqual([]);
    pipeline = await models.open(graph, model);
    await pipeline.warmUp();
  });

  it('finds what the original finds, and its masks to a pixel of a thousand', async () => {
    const picture = await goldenPicture('rcnn/scene.png');
    const { detections } = (await goldenJson(name)) as GoldenRows;
    expect(detections.length).toBeGreaterThan(4);
    const { result } = await detect(pipeline, picture, { score_threshold: 0.05, mask_format: 'rle' });
    expectSameDetections(
      result,
      detections.map(({ box, label, score }) => ({ classId: label, score, box })),
    );
    const stack = await goldenPicture(`rcnn/${name}-masks.png`);
    const masks = result.detections.map(({ rle }) => wholeMask(rle!));
    const different = masks.map((mask, i) => countDifferent(mask, maskInStack(stack, i, picture.height)));
    const area = result.detections.reduce((sum, detection) => sum + detection.area, 0);
    expect(area).toBeGreaterThan(1000);
    expect(different.reduce((sum, count) => sum + count, 0) / area).toBeLessThan(0.001);
  });

  it('finds no more than asked for, and only what was asked for', async () => {
    const picture = await goldenPicture('rcnn/scene.png');
    const all = await detect(pipeline, picture, { score_threshold: 0.05 });
    const some = await detect(pipeline, picture, {
      score_threshold: 0.05,
      classes: ['green'],
      max_detections: 2,
    });
    const green = all.result.detections.filter(({ label }) => label === 'green');
    expect(green.length).toBeGreaterThan(2);
    expect(some.result.detections.map(({ box }) => box)).toEqual(green.slice(0, 2).map(({ box }) => box));
  });

  it('takes pictures of all sizes, such as one of a single pixel', async () => {
    const pixel = { width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 30, 30) } as const;
    const { result } = await detect(pipeline, pixel, { score_threshold: 0.05, mask_format: 'rle' });
    expect(result).toMatchObject({ width: 1, height: 1 });
    for (const { area } of result.detections) expect(area).toBeLessThanOrEqual(1);
  });
});

describe.each(['torchvision', 'detectron2'] as const)('masks are pasted as by %s', (pasting) => {
  it('to the pixel, whatever the box', async () => {
    const { width, height, boxes } = await goldenJson('masks-to-paste');
    const { data, dims } = await goldenTensor('rcnn/masks-to-paste.npy');
    const stack = await goldenPicture(`rcnn/pasted-by-${pasting}.png`);
    const [, rows = 0, columns = 0] = dims;
    expect(boxes.length).toBe(7);
    for (const [i, box] of (boxes as Box[]).entries()) {
      const cells = { width: columns, height: rows, data: data.subarray(i * rows * columns) };
      const mask = pasteMask(cells, box, { width, height }, pasting);
      const whole = new Uint8Array(width * height);
      for (let row = 0; row < mask.height; row++) {
        const line = mask.data.subarray(row * mask.width, (row + 1) * mask.width);
        whole.set(line, (mask.y + row) * width + mask.x);
      }
      expect(countDifferent(whole, maskInStack(stack, i, height))).toBe(0);
    }
  });
});
