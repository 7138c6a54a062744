import { type Pixels, pixelsOf } from '../pixels.js';
import type { ResampledPart } from './resampler.js';

/** A separable filter: how far it reaches and what it weighs, in pixels of the coarser of the two pictures. */
export interface PilFilter {
  readonly support: number;
  weight(distance: number): number;
}

/**
 * Which input pixels make each output pixel of a stretch along one axis: `count[i]` of them from `first[i]` on, with
 * the fixed-point weights `weights[i * stride …]`.
 */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Fraction bits of a weight: what 32 bits leave beside 8 bits of value and 2 of headroom for overshoot. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * `Image.resize` of PIL for 8-bit channels: along rows, rounded to 8 bits, then along columns. Making a picture
 * smaller stretches the filter over all pixels that fall together, which keeps fine patterns from aliasing.
 * Equal to Pillow's `Resample.c` in every bit.
 */
export function resamplePil(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
  filter: PilFilter,
): Pixels {
  const down = tapsAlong(pixels.height, height, { from: part.y, length: part.height }, filter);
  // Rows that nothing is made of are left out.
  const top = down.first[0]!;
  const bottom = down.first[part.height - 1]! + down.count[part.height - 1]!;
  const rows = rowsOf(pixels, top, bottom);
  const keepsRows = width === pixels.width && part.width === width;
  const across = { from: part.x, length: part.width };
  const narrowed = keepsRows ? rows : resampleRows(rows, tapsAlong(pixels.width, width, across, filter));
  return height === pixels.height ? narrowed : resampleColumns(narrowed, down, top);
}

function rowsOf(pixels: Pixels, top: number, bottom: number): Pixels {
  if (top === 0 && bottom === pixels.height) return pixels;
  const rowValues = pixels.width * 3;
  return pixelsOf(pixels.data.subarray(top * rowValues, bottom * rowValues), pixels.width, bottom - top);
}

/** A few positions one after the other along an axis. */
interface Stretch {
  readonly from: number;
  readonly length: number;
}

/** Along an axis that keeps its size PIL leaves every pixel as it is. */
function unchangedTaps({ from, length }: Stretch): Taps {
  return {
    first: Int32Array.from({ length }, (_, i) => from + i),
    count: new Int32Array(length).fill(1),
    weights: new Int32Array(length).fill(1 << PRECISION_BITS),
    stride: 1,
  };
}

function tapsAlong(
  inputSize: number,
  outputSize: number,
  { from, length }: Stretch,
  filter: PilFilter,
): Taps {
  if (inputSize === outputSize) return unchangedTaps({ from, length });
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exactWeights = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (from + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const taps = Math.min(Math.trunc(center + support + 0.5), inputSize) - start;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const weight = filter.weight((t + start - center + 0.5) * (1 / stretch));
      exactWeights[t] = weight;
      sum += weight;
    }
    for (let t = 0; t < taps; t++) {
      const normalized = sum === 0 ? exactWeights[t]! : exactWeights[t]! / sum;
      const fixedPoint = normalized * (1 << PRECISION_BITS);
      weights[i * stride + t] = Math.trunc(fixedPoint + (normalized < 0 ? -0.5 : 0.5));
    }
    first[i] = start;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

function resampleRows(pixels: Pixels, { first, count, weights, stride }: Taps): Pixels {
  const { height, data } = pixels;
  const width = first.length;
  // The clamped array does the clipping that overshooting filters need.
  const output = new Uint8ClampedArray(width * height * 3);
  let out = 0;
  for (let y = 0; y < height; y++) {
    const row = y * pixels.width * 3;
    for (let x = 0; x < width; x++) {
      let at = row + first[x]! * 3;
      let tap = x * stride;
      const end = tap + count[x]!;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (; tap < end; tap++, at += 3) {
        const weight = weights[tap]!;
        red = (red + Math.imul(data[at]!, weight)) | 0;
        green = (green + Math.imul(data[at + 1]!, weight)) | 0;
        blue = (blue + Math.imul(data[at + 2]!, weight)) | 0;
      }
      output[out++] = red >> PRECISION_BITS;
      output[out++] = green >> PRECISION_BITS;
      output[out++] = blue >> PRECISION_BITS;
    }
  }
  return pixelsOf(new Uint8Array(output.buffer), width, height);
}

/** @param top the row that the first of these is, as the taps count them */
function resampleColumns(pixels: Pixels, { first, count, weights, stride }: Taps, top: number): Pixels {
  const { width, data } = pixels;
  const height = first.length;
  const rowValues = width * 3;
  const output = new Uint8ClampedArray(rowValues * height);
  const sums = new Int32Array(rowValues);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    // Row by row rather than pixel by pixel: neighbours in memory are used together.
    for (let t = 0; t < count[y]!; t++) {
      const weight = weights[y * stride + t]!;
      const row = (first[y]! - top + t) * rowValues;
      for (let i = 0; i < rowValues; i++) sums[i] = sums[i]! + Math.imul(data[row + i]!, weight);
    }
    const out = y * rowValues;
    for (let i = 0; i < rowValues; i++) output[out + i] = sums[i]! >> PRECISION_BITS;
  }
  return pixelsOf(new Uint8Array(output.buffer), width, height);
}
