import type { Normalization, Pixels } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import { IMAGENET_STATISTICS } from '../imagenet-statistics.js';
import { goldenPicture, goldenTensor } from '../testing/golden.js';
import { samCases } from '../testing/sam-golden.js';
import { encoderPlacement } from './encoder-placement.js';
import { type EncoderInput, encoderTensor } from './prepare.js';

const SIDE = 32;

/** `pixel_mean` and `pixel_std` of segment-anything. */
const normalization: Normalization = {
  scale: 1,
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
  channelOrder: 'rgb',
  layout: 'nchw',
};
const input: EncoderInput = { resampler: 'pil-bilinear', normalization, isPadded: true, hasBatch: true };

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Columns 20 to 59 of a picture. */
function uprightPart({ width, height, data }: Pixels): Pixels {
  const isInPart = (i: number) => (i / 3) % width >= 20 && (i / 3) % width < 60;
  return { width: 40, height, channels: 3, data: data.filter((_, i) => isInPart(i - (i % 3))) };
}

describe('a picture on the encoder’s input', () => {
  it.each(samCases.shapes)('of %i × %i and a side of %i has the size of segment-anything', (...shape) => {
    const [width, height, side, resizedWidth, resizedHeight] = shape;
    const placement = encoderPlacement({ width, height }, 'longest-side', side);
    expect([placement.offsetX, placement.offsetY]).toEqual([0, 0]);
    // The original can't resize a picture to a width of 0.
    expect(placement).toMatchObject({ resizedWidth: Math.max(resizedWidth, 1), resizedHeight });
  });

  it.each(['wide', 'upright'])('has the very pixels, and is padded with zeros: %s', async (shape) => {
    const whole = await goldenPicture('b-113x61.png');
    const picture = shape === 'wide' ? whole : uprightPart(whole);
    const tensor = encoderTensor(picture, encoderPlacement(picture, 'longest-side', SIDE), input);
    const expected = await goldenTensor(`sam/prepared-${shape}.npy`);
    expect(tensor.dims).toEqual(expected.dims);
    expect(largestDifference(tensor.data, expected.data)).toBeLessThan(1e-6);
  });

  it('is stretched for SAM 2, to half a grey level of what is resized in floating point', async () => {
    const picture = await goldenPicture('b-113x61.png');
    const statistics = { ...normalization, ...IMAGENET_STATISTICS, scale: 1 / 255 } as Normalization;
    const placement = encoderPlacement(picture, 'stretch', SIDE);
    const tensor = encoderTensor(picture, placement, { ...input, normalization: statistics });
    const expected = await goldenTensor('sam/stretched.npy');
    expect(tensor.dims).toEqual(expected.dims);
    expect(largestDifference(tensor.data, expected.data)).toBeLessThan(1 / 255 / 0.224);
  });
});

describe('an encoder that prepares by itself', () => {
  const pixels = { ...normalization, mean: [0, 0, 0], std: [1, 1, 1], layout: 'nhwc' } as const;

  it('gets the resized pixels alone', async () => {
    const picture = await goldenPicture('b-113x61.png');
    const placement = encoderPlacement(picture, 'longest-side', SIDE);
    const bare = { ...input, normalization: pixels, isPadded: false, hasBatch: false };
    const tensor = encoderTensor(picture, placement, bare);
    expect(tensor.dims).toEqual([17, 32, 3]);
    const expected = await goldenTensor('sam/prepared-wide.npy');
    const [mean, std] = [normalization.mean[1]!, normalization.std[1]!];
    const green = expected.data[SIDE * SIDE + 5 * SIDE + 7]! * std + mean;
    expect(tensor.data[(5 * 32 + 7) * 3 + 1]).toBeCloseTo(green, 3);
  });

  it('gets them padded where it takes a square', async () => {
    const picture = await goldenPicture('b-113x61.png');
    const placement = encoderPlacement(picture, 'longest-side', SIDE);
    const bare = encoderTensor(picture, placement, { ...input, normalization: pixels, isPadded: false });
    const square = encoderTensor(picture, placement, { ...input, normalization: pixels });
    expect(square.dims).toEqual([1, 32, 32, 3]);
    expect(square.data.subarray(0, bare.data.length)).toEqual(bare.data);
    expect(square.data.subarray(bare.data.length).every((value) => value === 0)).toBe(true);
  });
});
