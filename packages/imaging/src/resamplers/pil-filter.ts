import { type Pixels, pixelsOf } from '../pixels.js';

/** A separable filter: how far it reaches and what it weighs, in pixels of the coarser of the two pictures. */
export interface PilFilter {
  readonly support: number;
  weight(distance: number): number;
}

/**
 * Which input pixels make each output pixel along one axis: `count[i]` of them from `first[i]` on, with the
 * fixed-point weights `weights[i * stride …]`.
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
export function resamplePil(pixels: Pixels, width: number, height: number, filter: PilFilter): Pixels {
  const narrowed = width === pixels.width ? pixels : resampleRows(pixels, width, filter);
  return height === pixels.height ? narrowed : resampleColumns(narrowed, height, filter);
}

function tapsAlong(inputSize: number, outputSize: number, filter: PilFilter): Taps {
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const exactWeights = new Float64Array(stride);
  for (let i = 0; i < outputSize; i++) {
    const center = (i + 0.5) * scale;
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

function resampleRows(pixels: Pixels, width: number, filter: PilFilter): Pixels {
  const { first, count, weights, stride } = tapsAlong(pixels.width, width, filter);
  const { height, data } = pixels;
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

function resampleColumns(pixels: Pixels, height: number, filter: PilFilter): Pixels {
  const { first, count, weights, stride } = tapsAlong(pixels.height, height, filter);
  const { width, data } = pixels;
  const rowValues = width * 3;
  const output = new Uint8ClampedArray(rowValues * height);
  const sums = new Int32Array(rowValues);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    // Row by row rather than pixel by pixel: neighbours in memory are used together.
    for (let t = 0; t < count[y]!; t++) {
      const weight = weights[y * stride + t]!;
      const row = (first[y]! + t) * rowValues;
      for (let i = 0; i < rowValues; i++) sums[i] = sums[i]! + Math.imul(data[row + i]!, weight);
    }
    const out = y * rowValues;
    for (let i = 0; i < rowValues; i++) output[out + i] = sums[i]! >> PRECISION_BITS;
  }
  return pixelsOf(new Uint8Array(output.buffer), width, height);
}
