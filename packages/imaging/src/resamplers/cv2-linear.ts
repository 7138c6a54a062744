import { type Pixels, pixelsOf } from '../pixels.js';
import { roundHalfToEven } from '../round-half-to-even.js';
import { cutPart } from './cut-part.js';
import type { ResampledPart } from './resampler.js';

/** For some output positions along an axis, the two input positions it lies between and their weights. */
interface LinearTaps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly nearWeights: Int32Array;
  readonly farWeights: Int32Array;
}

const WEIGHT_ONE = 1 << 11;

/**
 * `cv2.resize(…, interpolation=cv2.INTER_LINEAR)` for 8-bit channels: half-pixel centres, no antialiasing on the
 * way down, weights of 11 bits, the vertical step in 16-bit arithmetic (OpenCV's `resize.cpp`). Equal in every bit
 * to OpenCV without vendor libraries; builds with IPP may differ by one level.
 */
export function resampleCv2Linear(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
): Pixels {
  if (width === pixels.width && height === pixels.height) return cutPart(pixels, part);
  if (width * 2 === pixels.width && height * 2 === pixels.height) {
    return cutPart(halve(pixels, width, height), part);
  }
  const columns = tapsAlong(pixels.width, width, { from: part.x, length: part.width, isHorizontal: true });
  const rows = tapsAlong(pixels.height, height, { from: part.y, length: part.height, isHorizontal: false });
  const rowValues = part.width * 3;
  const output = new Uint8Array(rowValues * part.height);
  const scaledRows = [new Int32Array(rowValues), new Int32Array(rowValues)] as const;
  const heldRows = [-1, -1];
  // Input rows of different parity never share a buffer, so both rows of a pair are held at once.
  const scaledRow = (y: number): Int32Array => {
    const scaled = scaledRows[y & 1]!;
    if (heldRows[y & 1] !== y) scaleRow(pixels, y, columns, scaled);
    heldRows[y & 1] = y;
    return scaled;
  };
  for (let y = 0; y < part.height; y++) {
    const upper = scaledRow(rows.near[y]!);
    const lower = scaledRow(rows.far[y]!);
    blendRows(upper, lower, rows.nearWeights[y]!, rows.farWeights[y]!, output, y * rowValues);
  }
  return pixelsOf(output, part.width, part.height);
}

interface Stretch {
  readonly from: number;
  readonly length: number;
  readonly isHorizontal: boolean;
}

/**
 * OpenCV sets the weight to 0 beyond the first and last column, but for rows it keeps the weights and takes the
 * edge row twice, which rounds otherwise.
 */
function tapsAlong(
  inputSize: number,
  outputSize: number,
  { from, length, isHorizontal }: Stretch,
): LinearTaps {
  const scale = 1 / (outputSize / inputSize);
  const last = inputSize - 1;
  const taps = {
    near: new Int32Array(length),
    far: new Int32Array(length),
    nearWeights: new Int32Array(length),
    farWeights: new Int32Array(length),
  };
  for (let i = 0; i < length; i++) {
    const position = Math.fround((from + i + 0.5) * scale - 0.5);
    const floor = Math.floor(position);
    const isOutside = floor < 0 || floor >= last;
    const fraction = isHorizontal && isOutside ? 0 : Math.fround(position - floor);
    taps.near[i] = Math.min(Math.max(floor, 0), last);
    taps.far[i] = Math.min(Math.max(floor + 1, 0), last);
    taps.nearWeights[i] = roundHalfToEven(Math.fround(1 - fraction) * WEIGHT_ONE);
    taps.farWeights[i] = roundHalfToEven(fraction * WEIGHT_ONE);
  }
  return taps;
}

function scaleRow(pixels: Pixels, y: number, columns: LinearTaps, scaled: Int32Array): void {
  const { data, width } = pixels;
  const { near, far, nearWeights, farWeights } = columns;
  const row = y * width * 3;
  for (let x = 0, out = 0; x < near.length; x++) {
    const left = row + near[x]! * 3;
    const right = row + far[x]! * 3;
    const leftWeight = nearWeights[x]!;
    const rightWeight = farWeights[x]!;
    scaled[out++] = data[left]! * leftWeight + data[right]! * rightWeight;
    scaled[out++] = data[left + 1]! * leftWeight + data[right + 1]! * rightWeight;
    scaled[out++] = data[left + 2]! * leftWeight + data[right + 2]! * rightWeight;
  }
}

/** Dropping 4 bits, then 16, then rounding off 2 is how OpenCV fits the products into 16-bit lanes. */
function blendRows(
  upper: Int32Array,
  lower: Int32Array,
  upperWeight: number,
  lowerWeight: number,
  output: Uint8Array,
  out: number,
): void {
  for (let i = 0; i < upper.length; i++) {
    const above = Math.imul(upper[i]! >> 4, upperWeight) >> 16;
    const below = Math.imul(lower[i]! >> 4, lowerWeight) >> 16;
    output[out + i] = (above + below + 2) >> 2;
  }
}

/** Exactly half the size is the mean of four pixels: OpenCV goes over to its area method there. */
function halve(pixels: Pixels, width: number, height: number): Pixels {
  const { data } = pixels;
  const rowValues = pixels.width * 3;
  const output = new Uint8Array(width * height * 3);
  let out = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * 2 * rowValues + x * 6;
      for (let c = at; c < at + 3; c++) {
        output[out++] = (data[c]! + data[c + 3]! + data[c + rowValues]! + data[c + rowValues + 3]! + 2) >> 2;
      }
    }
  }
  return pixelsOf(output, width, height);
}
