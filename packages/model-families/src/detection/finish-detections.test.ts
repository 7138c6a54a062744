import type { DetectionOptions, DetectionResult, Label } from '@darkroom/contracts';
import { decodeImage, type Pixels, type RegionMask } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import type { Detected } from './detected.js';
import { finishDetections } from './finish-detections.js';

const WIDTH = 40;
const HEIGHT = 30;
const picture: Pixels = {
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
  data: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 7) % 256),
};
const modelInput: Pixels = { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(9) };

const labels: Label[] = [
  { id: 0, label: 'cat', color: '#ff0000' },
  { id: 1, label: 'dog', color: '#00ff00' },
  { id: 2, label: '', color: '#0000ff' },
];

const options: DetectionOptions = {
  score_threshold: 0.25,
  max_detections: 300,
  crop_padding: 0,
  outputs: [],
  output_format: 'png',
};

const square = (x: number, y: number, side: number): RegionMask => ({
  x,
  y,
  width: side,
  height: side,
  data: new Uint8Array(side * side).fill(1),
});

const CAT: Detected = { classId: 0, score: 0.9, box: [2, 3, 12, 13], mask: null };
const DOG: Detected = { classId: 1, score: 0.8, box: [20.25, 10, 30.5, 20], mask: () => square(21, 11, 8) };

async function finish(detected: readonly Detected[], more: Partial<DetectionOptions> = {}) {
  const context = { labels, options: { ...options, ...more }, modelInput: () => modelInput };
  const { result, artifacts } = await finishDetections(picture, detected, context);
  return { result: result as DetectionResult, artifacts };
}

const pixelsOf = async (bytes: Buffer) => decodeImage(bytes, { maxPixels: 1e6 });

describe('the result', () => {
  it('has what was found, best first, and how much of each label', async () => {
    const again = { ...CAT, score: 0.5 };
    const { result } = await finish([DOG, again, CAT]);
    expect(result).toMatchObject({ width: WIDTH, height: HEIGHT, counts: { cat: 2, dog: 1 } });
    expect(result.detections.map(({ index, score }) => [index, score])).toEqual([
      [0, 0.9],
      [1, 0.8],
      [2, 0.5],
    ]);
    expect(result.detections[0]).toEqual({
      index: 0,
      class_id: 0,
      label: 'cat',
      score: 0.9,
      box: [2, 3, 12, 13],
      area: 100,
      crop: null,
    });
  });

  it('counts every label that was asked for, those not found with 0', async () => {
    expect((await finish([DOG], { classes: ['dog', 'cat'] })).result.counts).toEqual({ dog: 1, cat: 0 });
    expect((await finish([])).result.counts).toEqual({});
  });

  it('has boxes in the picture, to a hundredth of a pixel', async () => {
    const reaching = { ...CAT, box: [-3, 5.123456, 12.3456, 99] as const };
    expect((await finish([reaching])).result.detections[0]).toMatchObject({
      box: [0, 5.12, 12.35, HEIGHT],
      area: 307.27,
    });
  });

  it('leaves out what has no area in the picture, or is not made of numbers', async () => {
    const { result } = await finish([
      { ...CAT, box: [-9, 3, 0, 9] },
      { ...CAT, box: [5, 5, 5.004, 9] },
      { ...CAT, box: [Number.NaN, 3, 8, 9] },
      { ...CAT, score: Number.NaN },
      DOG,
    ]);
    expect(result.detections.map(({ index, label }) => [index, label])).toEqual([[0, 'dog']]);
  });

  it('has scores from 0 to 1, a sigmoid’s rounding aside', async () => {
    const { result } = await finish([
      { ...CAT, score: 1.0000002 },
      { ...DOG, score: 0.12345678 },
    ]);
    expect(result.detections.map(({ score }) => score)).toEqual([1, 0.123457]);
  });

  it('names classes beyond the labels by their number, and leaves empty labels empty', async () => {
    const { result } = await finish([
      { ...CAT, classId: 7 },
      { ...DOG, classId: 2 },
    ]);
    expect(result.detections.map(({ label }) => label)).toEqual(['class 7', '']);
  });
});

describe('a mask', () => {
  it('is given as run-length code, and its area is that of its pixels', async () => {
    const { result, artifacts } = await finish([DOG], { mask_format: 'rle' });
    expect(result.detections[0]).toMatchObject({ area: 64, rle: { size: [HEIGHT, WIDTH] } });
    expect(artifacts).toEqual([]);
  });

  it('is given as polygons', async () => {
    const { result } = await finish([DOG], { mask_format: 'polygon' });
    const ring = [
      [21, 11],
      [29, 11],
      [29, 19],
      [21, 19],
      [21, 11],
    ];
    expect(result.detections[0]!.polygons).toEqual([[ring]]);
  });

  it('is given as a PNG of its own', async () => {
    const { result, artifacts } = await finish([CAT, DOG], { mask_format: 'png', output_format: 'jpeg' });
    expect(result.detections.map(({ artifact }) => artifact)).toEqual([undefined, 'mask-1.png']);
    expect(artifacts).toMatchObject([{ name: 'mask-1.png', role: 'mask', index: 1, mediaType: 'image/png' }]);
    const { data, width } = await pixelsOf(artifacts[0]!.bytes);
    expect(data.reduce((sum, value) => sum + value, 0)).toBe(64 * 255 * 3);
    expect(data[(11 * width + 21) * 3]).toBe(255);
  });

  it('is neither given nor drawn where nobody wants it', async () => {
    const none = await finish([DOG], { mask_format: 'none', outputs: ['overlay'] });
    expect(none.result.detections[0]).toMatchObject({ area: 102.5 });
    expect(none.result.detections[0]).not.toHaveProperty('rle');
    const without = await finish([{ ...DOG, mask: null }], { mask_format: 'rle', outputs: ['overlay'] });
    expect(none.artifacts[0]!.bytes.equals(without.artifacts[0]!.bytes)).toBe(true);
    const drawn = await finish([DOG], { mask_format: 'rle', outputs: ['overlay'] });
    expect(drawn.artifacts[0]!.bytes.equals(none.artifacts[0]!.bytes)).toBe(false);
  });
});

describe('the artifacts', () => {
  it('are those asked for, named after what they show', async () => {
    const { result, artifacts } = await finish([CAT, DOG], {
      outputs: ['model_input', 'crops', 'overlay'],
      output_format: 'webp',
      mask_format: 'png',
    });
    expect(
      artifacts.map(({ name, role, index, width, height }) => [name, role, index, width, height]),
    ).toEqual([
      ['overlay.webp', 'overlay', null, WIDTH, HEIGHT],
      ['crop-0.webp', 'crop', 0, 10, 10],
      ['crop-1.webp', 'crop', 1, 11, 10],
      ['model_input.png', 'model_input', null, 2, 2],
      ['mask-1.png', 'mask', 1, WIDTH, HEIGHT],
    ]);
    expect(result.detections.map(({ crop }) => crop)).toEqual(['crop-0.webp', 'crop-1.webp']);
  });

  it('have crops of each detection, more than are made at a time, with padding as far as the picture goes', async () => {
    const boxes = Array.from({ length: 9 }, (_, i) => [i * 4, i, i * 4 + 3, i + 5] as const);
    const detected = boxes.map((box, i) => ({ ...CAT, score: 0.9 - i / 100, box }));
    const { artifacts } = await finish(detected, { outputs: ['crops'], crop_padding: 2 });
    for (const [i, [x0, y0, x1, y1]] of boxes.entries()) {
      const left = Math.max(x0 - 2, 0);
      const top = Math.max(y0 - 2, 0);
      expect(artifacts[i]).toMatchObject({
        index: i,
        width: Math.min(x1 + 2, WIDTH) - left,
        height: y1 + 2 - top,
      });
      const crop = await pixelsOf(artifacts[i]!.bytes);
      const at = (top * WIDTH + left) * 3;
      expect([...crop.data.subarray(0, 3)]).toEqual([...picture.data.subarray(at, at + 3)]);
    }
  });

  it('show the picture as it is where nothing was found', async () => {
    const { artifacts } = await finish([], { outputs: ['overlay', 'crops'] });
    expect(artifacts.map(({ name }) => name)).toEqual(['overlay.png']);
    expect([...(await pixelsOf(artifacts[0]!.bytes)).data]).toEqual([...picture.data]);
  });
});
