import { existsSync, readFileSync } from 'node:fs';
import { decodeNpy } from '@darkroom/tensor';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Pixels, pixelsOf, quantizePixels } from '../pixels.js';
import { noise } from '../testing/noise.js';
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

describe('a part of a resampled picture', () => {
  const picture = pixelsOf(noise(33 * 21 * 3), 33, 21);

  it.each(RESAMPLER_NAMES)('is what the whole one shows there: %s', (name) => {
    for (const [width, height] of [
      [50, 40],
      [11, 7],
      [33, 40],
      [16, 21],
      [33, 21],
    ] as const) {
      const whole = resample(name, picture, width, height);
      for (const part of [
        { x: 0, y: 0, width: 5, height: height - 2 },
        { x: 3, y: 2, width: width - 3, height: 4 },
        { x: width - 1, y: height - 1, width: 1, height: 1 },
      ]) {
        const made = resample(name, picture, width, height, part);
        const rows = Array.from({ length: part.height }, (_, y) => {
          const at = ((part.y + y) * width + part.x) * 3;
          return [...whole.data.subarray(at, at + part.width * 3)];
        });
        expect([...made.data]).toEqual(rows.flat());
        expect([made.width, made.height]).toEqual([part.width, part.height]);
      }
    }
  });

  it('costs no more than itself', () => {
    const line = pixelsOf(new Uint8Array(60_000 * 3).fill(7), 60_000, 1);
    for (const name of RESAMPLER_NAMES) {
      // The whole one would be 36 GB.
      const part = { x: 6_720_000, y: 0, width: 224, height: 224 };
      expect(resample(name, line, 13_440_000, 224, part).data).toHaveLength(224 * 224 * 3);
    }
  });

  it('lies inside', () => {
    const part = { x: 30, y: 0, width: 5, height: 5 };
    expect(() => resample('pil-bicubic', picture, 33, 21, part)).toThrow('got 5 × 5 at 30, 0');
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
