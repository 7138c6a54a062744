import { readFile } from 'node:fs/promises';
import type { DetectionResult, ModelManifest } from '@darkroom/contracts';
import { type Box, clipBox, decodeImage } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { detectionGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestService } from './testing/test-service.js';

/** Made with the originals, as its README says. The families are tested against all of it; here a few go all the way. */
const GOLDEN = new URL('../../../packages/model-families/golden/', import.meta.url);

const golden = (path: string): Promise<Buffer> => readFile(new URL(path, GOLDEN));
const goldenJson = async (path: string) => JSON.parse((await golden(path)).toString());

interface Expected {
  readonly classId: number;
  readonly score: number;
  readonly box: readonly number[];
}

let service: TestService;

async function addModel(id: string, graph: Uint8Array, manifest: Partial<ModelManifest>): Promise<void> {
  await writeTestModel(service.modelsFolder, { id, graph, manifest: { task: 'detection', ...manifest } });
}

async function addMaskRcnn(): Promise<void> {
  await addModel('mask-rcnn', await golden('rcnn/torchvision.onnx'), {
    family: 'rcnn',
    labels: ['__background__', 'red', 'green', 'blue'],
    preparation: { resize: 'none' },
    family_options: { masks: true },
  });
}

async function addDetr(): Promise<void> {
  const [logits, boxes] = await Promise.all(
    ['logits', 'boxes'].map(async (name) => decodeNpy(await golden(`detr/detr-${name}.npy`))),
  );
  const graph = detectionGraph({
    inputName: 'pixel_values',
    pixelMask: ['batch', 'height', 'width'],
    freeBatch: true,
    outputs: [
      { name: 'logits', shape: logits!.dims.slice(1), values: [...logits!.data] },
      { name: 'pred_boxes', shape: boxes!.dims.slice(1), values: [...boxes!.data] },
    ],
  });
  const { classes } = (await goldenJson('detr/cases.json')).detr;
  await addModel('detr', graph, {
    family: 'detr',
    labels: Array.from({ length: classes }, (_, id) => `label ${id}`),
    preparation: {
      resize: 'shortest-edge',
      shortest_edge: 40,
      longest_edge: 64,
      shortest_edge_rounding: 'transformers',
      resampler: 'pil-bilinear',
    },
  });
}

beforeAll(async () => {
  service = await TestService.start();
  await Promise.all([addMaskRcnn(), addDetr()]);
  await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

async function detect(model: string, picture: string, scoreThreshold: number): Promise<DetectionResult> {
  const job = await service.client.submitDetection(
    { image: await golden(picture), model, score_threshold: scoreThreshold },
    { waitSeconds: 50 },
  );
  expect(job.error).toBeNull();
  return job.result as DetectionResult;
}

function expectEqual({ detections, width, height }: DetectionResult, expected: readonly Expected[]): void {
  expect(detections.map(({ class_id }) => class_id)).toEqual(expected.map(({ classId }) => classId));
  for (const [i, { score, box }] of expected.entries()) {
    expect(Math.abs(detections[i]!.score - score)).toBeLessThan(1e-4);
    const clipped = clipBox(box as unknown as Box, width, height);
    for (const [edge, value] of clipped.entries())
      expect(Math.abs(detections[i]!.box[edge]! - value)).toBeLessThan(0.02);
  }
}

describe('served by a worker, with the answers of the originals', () => {
  it('a Mask R-CNN of torchvision, its masks too', async () => {
    const { detections } = await goldenJson('rcnn/torchvision.json');
    const result = await detect('mask-rcnn', 'rcnn/scene.png', 0.05);
    expect(detections.length).toBeGreaterThan(4);
    expectEqual(
      result,
      detections.map(({ box, label, score }: { box: number[]; label: number; score: number }) => ({
        classId: label,
        score,
        box,
      })),
    );
    const stack = await decodeImage(await golden('rcnn/torchvision-masks.png'), { maxPixels: 1e6 });
    const pixels = result.width * result.height;
    for (const { index, area } of result.detections) {
      let expectedArea = 0;
      for (let at = index * pixels; at < (index + 1) * pixels; at++)
        if (stack.data[at * stack.channels]! > 0) expectedArea++;
      expect(Math.abs(area - expectedArea)).toBeLessThanOrEqual(expectedArea / 1000);
    }
  });

  it('a DETR, with the mask of its padding as an input', async () => {
    const { picture, threshold, detections } = (await goldenJson('detr/cases.json')).detr;
    const result = await detect('detr', `${picture}.png`, threshold);
    expect(detections.length).toBeGreaterThan(10);
    expectEqual(
      result,
      detections.map(([classId, score, ...box]: number[]) => ({ classId, score, box })),
    );
  });
});
