import { existsSync, readFileSync } from 'node:fs';
import { decodeNpy } from '@darkroom/tensor';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Pixels, pixelsOf, quantizePixels } from '../pixels.js';
import { RESAMPLER_NAMES, resample } from './resamplers.js';

const GOLDEN = new URL('../../golden/', import.meta.url);

interface ResizeCase {
  readonly input: string;
  readonly width: number;
  readonly height: number;
}

const { resizes } = JSON.parse(readFileSync(new URL('cases.json', GOLDEN), 'utf8')) as {
  resizes: ResizeCase[];
};

async function readPicture(name: string): Promise<Pixels> {
  const { data, info } = await sharp(readFileSync(new URL(name, GOLDEN)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return pixelsOf(new Uint8Array(data), info.width, info.height);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe.each(resizes)('$input resampled to $width × $height', ({ input, width, height }) => {
  const output = `${input}-to-${width}x${height}`;

  it.each(['pil-bilinear', 'pil-bicubic', 'pil-lanczos', 'cv2-linear'] as const)(
    'is the same as the original in every bit: %s',
    async (name) => {
      const resampled = resample(name, await readPicture(`${input}.png`), width, height);
      const expected = await readPicture(`${output}.${name}.png`);
      expect([resampled.width, resampled.height]).toEqual([width, height]);
      expect(largestDifference(resampled.data, expected.data)).toBe(0);
    },
  );

  const darknetFile = new URL(`${output}.darknet.npy`, GOLDEN);
  it.runIf(existsSync(darknetFile))('is the same as Darknet to single precision', async () => {
    const resampled = resample('darknet', await readPicture(`${input}.png`), width, height);
    const expected = decodeNpy(readFileSync(darknetFile)).data.map((value) => value * 255);
    expect(resampled.data).toBeInstanceOf(Float32Array);
    expect(largestDifference(resampled.data, expected)).toBeLessThan(1e-3);
  });
});

describe('resampling', () => {
  const gradient = pixelsOf(
    Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => i % 256),
    40,
    30,
  );
  const grey = pixelsOf(new Uint8Array(17 * 11 * 3).fill(113), 17, 11);

  it.each(RESAMPLER_NAMES)('to the same size changes nothing: %s', (name) => {
    expect(quantizePixels(resample(name, gradient, 40, 30)).data).toEqual(gradient.data);
  });

  it.each(RESAMPLER_NAMES)('keeps an even area even: %s', (name) => {
    for (const [width, height] of [
      [5, 7],
      [40, 31],
      [17, 3],
    ] as const) {
      const { data } = quantizePixels(resample(name, grey, width, height));
      // All but the last row, which Darknet may leave nearly black.
      expect(new Set(data.subarray(0, width * (height - 1) * 3))).toEqual(new Set([113]));
    }
  });

  it('makes a single row with Darknet too, where Darknet itself divides by zero', () => {
    const { data } = resample('darknet', grey, 4, 1);
    expect([...data]).toEqual(new Array(12).fill(113));
  });

  it.each([
    [0, 10],
    [10, 2.5],
    [Number.NaN, 3],
  ])('refuses the size %s × %s', (width, height) => {
    expect(() => resample('cv2-linear', gradient, width, height)).toThrow('positive integers');
  });
});
