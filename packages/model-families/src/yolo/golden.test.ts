import { readFile } from 'node:fs/promises';
import type { DetectionOptions, Preparation } from '@darkroom/contracts';
import { decodeImage, decodeRle, type Pixels } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { type DetectionGraphOutput, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../testing/detect.js';
import { TestModels } from '../testing/test-models.js';

const FOLDER = new URL('../../golden/', import.meta.url);

interface GoldenCase {
  readonly tensor?: string;
  readonly tensors?: readonly string[];
  readonly anchors?: readonly [number, number][][];
  readonly prototypes?: string;
  readonly masks?: string;
  readonly picture: string;
  readonly options: {
    readonly conf?: number;
    readonly iou?: number;
    readonly agnostic?: boolean;
    readonly classes?: number[];
    readonly max_det?: number;
  };
  readonly classes: number;
  /** Class, score, box of each, best first. */
  readonly detections: readonly (readonly number[])[];
}

let models: TestModels;
let cases: Readonly<Record<string, GoldenCase>>;

beforeAll(async () => {
  models = await TestModels.create();
  cases = JSON.parse(await readFile(new URL('cases.json', FOLDER), 'utf8'));
  for (const golden of Object.values(cases)) expect(inPicture(golden).length).toBeGreaterThan(4);
});

afterAll(() => models.delete());

/** The originals also give boxes in the padding, of which nothing is left in the picture. */
function inPicture({ detections }: GoldenCase) {
  return [...detections.entries()]
    .filter(([, [, , x0, y0, x1, y1]]) => x1! - x0! > 0.005 && y1! - y0! > 0.005)
    .map(([index, [classId, score, ...box]]) => ({ index, classId: classId!, score: score!, box }));
}

async function goldenPicture(name: string): Promise<Pixels> {
  return decodeImage(await readFile(new URL(`${name}.png`, FOLDER)), { maxPixels: 1e6 });
}

async function goldenOutput(name: string, file: string): Promise<DetectionGraphOutput> {
  const { dims, data } = decodeNpy(await readFile(new URL(file, FOLDER)));
  return { name, shape: dims.slice(1), values: [...data] };
}

function optionsOf({ options }: GoldenCase): Partial<DetectionOptions> {
  return {
    score_threshold: options.conf ?? 0.25,
    iou_threshold: options.iou ?? 0.7,
    class_agnostic: options.agnostic ?? false,
    max_detections: options.max_det ?? 300,
    ...(options.classes && { classes: options.classes }),
  };
}

const labelsOf = (count: number) => Array.from({ length: count }, (_, id) => `label ${id}`);

const ultralytics: Preparation = {
  resize: 'letterbox',
  width: 96,
  height: 96,
  resampler: 'cv2-linear',
};
const yolox: Preparation = {
  ...ultralytics,
  height: 64,
  letterbox_anchor: 'top-left',
  letterbox_rounding: 'truncate',
  channel_order: 'bgr',
  scale: 1,
};
const darknet: Preparation = {
  ...ultralytics,
  height: 64,
  resampler: 'darknet',
  letterbox_rounding: 'floor',
  padding_color: [127.5, 127.5, 127.5],
};
const stretched: Preparation = {
  resize: 'stretch',
  width: 96,
  height: 64,
  resampler: 'cv2-linear',
};

async function open(golden: GoldenCase, preparation: Preparation, familyOptions: Record<string, unknown>) {
  const files = golden.tensors ?? [golden.tensor!];
  const outputs = await Promise.all(files.map((file, i) => goldenOutput(`output${i}`, file)));
  if (golden.prototypes) outputs.push(await goldenOutput('prototypes', golden.prototypes));
  const { width, height } = preparation as { width: number; height: number };
  return models.open(detectionGraph({ outputs, size: { width, height } }), {
    task: 'detection',
    family: 'yolo',
    labels: labelsOf(golden.classes),
    preparation,
    family_options: familyOptions,
  });
}

/** The same classes in the same order, boxes within a part of a pixel. */
function expectSame(
  found: readonly { class_id: number; score: number; box: number[] }[],
  golden: GoldenCase,
) {
  const expected = inPicture(golden);
  expect(found.map(({ class_id }) => class_id)).toEqual(expected.map(({ classId }) => classId));
  for (const [i, { score, box }] of expected.entries()) {
    expect(Math.abs(found[i]!.score - score)).toBeLessThan(1e-4);
    for (const [edge, value] of box.entries()) {
      expect(Math.abs(found[i]!.box[edge]! - value)).toBeLessThan(0.02);
    }
  }
}

describe('boxes equal those of the original', () => {
  it.each<[string, Preparation, Record<string, unknown>]>([
    ['v8', ultralytics, {}],
    ['v8-agnostic', ultralytics, {}],
    ['v8-classes', ultralytics, {}],
    ['v8-multi-label', ultralytics, { multi_label: true }],
    ['v8-seg', ultralytics, { masks: true }],
    ['v5', ultralytics, { objectness: true }],
    ['yolox', yolox, { layout: 'grid' }],
    ['darknet', darknet, { layout: 'darknet-heads' }],
  ])('%s', async (name, preparation, familyOptions) => {
    const golden = cases[name]!;
    const pipeline = await open(golden, preparation, familyOptions);
    const { result } = await detect(pipeline, await goldenPicture(golden.picture), optionsOf(golden));
    expectSame(result.detections, golden);
  });

  it.each([
    ['v3-raw-heads', {}],
    ['v5-raw-heads', { scale_x_y: 2, size: 'square' }],
  ])('%s', async (name, more) => {
    const golden = cases[name]!;
    const heads = golden.anchors!.map((anchors, i) => ({ output: `output${i}`, anchors, ...more }));
    const multi_label = name === 'v3-raw-heads';
    const pipeline = await open(golden, stretched, { layout: 'raw-heads', heads, multi_label });
    const { result } = await detect(pipeline, await goldenPicture(golden.picture), optionsOf(golden));
    expectSame(result.detections, golden);
  });
});

describe('masks equal those of the original', () => {
  it('in all but a pixel of a thousand', async () => {
    const golden = cases['v8-seg']!;
    const pipeline = await open(golden, ultralytics, { masks: true });
    const picture = await goldenPicture(golden.picture);
    const { result } = await detect(pipeline, picture, { ...optionsOf(golden), mask_format: 'rle' });
    const { data, width } = await goldenPicture(golden.masks!.replace('.png', ''));
    const pixels = picture.width * picture.height;
    expect(width).toBe(picture.width);
    let different = 0;
    const expected = inPicture(golden);
    for (const [i, { rle, area }] of result.detections.entries()) {
      const mask = decodeRle(
        { size: [rle!.size[0]!, rle!.size[1]!], counts: rle!.counts },
        { maxPixels: pixels },
      );
      const full = new Uint8Array(pixels);
      for (let row = 0; row < mask.height; row++) {
        const line = mask.data.subarray(row * mask.width, (row + 1) * mask.width);
        full.set(line, (mask.y + row) * width + mask.x);
      }
      expect(area).toBe(full.reduce((sum, value) => sum + value, 0));
      for (let at = 0; at < pixels; at++) {
        if (data[(expected[i]!.index * pixels + at) * 3]! > 0 !== (full[at] === 1)) different++;
      }
    }
    const inMasks = result.detections.reduce((sum, { area }) => sum + area, 0);
    expect(inMasks).toBeGreaterThan(10_000);
    expect(different / inMasks).toBeLessThan(0.001);
  });
});

describe('the network sees the very pixels of the original', () => {
  it.each([
    ['ultralytics-96x96', ultralytics],
    ['yolox-96x64', yolox],
  ])('%s', async (name, preparation) => {
    const golden = cases[name === 'yolox-96x64' ? 'yolox' : 'v8']!;
    const pipeline = await open(golden, preparation, name === 'yolox-96x64' ? { layout: 'grid' } : {});
    for (const picture of ['a-120x60', 'b-113x61']) {
      const { artifacts } = await detect(pipeline, await goldenPicture(picture), {
        outputs: ['model_input'],
      });
      const seen = await decodeImage(artifacts['model_input.png']!.bytes, { maxPixels: 1e6 });
      expect([...seen.data]).toEqual([...(await goldenPicture(`${picture}.${name}`)).data]);
    }
  });
});
