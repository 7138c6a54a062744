import type { Pixels, ResampledPixels } from '../pixels.js';
import type { ResampledPart } from './resampler.js';

/** For some output positions along an axis, the input position before it and how far it lies beyond that. */
interface CornerAlignedTaps {
  readonly near: Int32Array;
  readonly fraction: Float32Array;
  /** Whether the last of them is the last of all. */
  readonly hasLast: boolean;
}

/** As Darknet gives them: values from 0 to 255, not rounded. */
export interface DarknetPixels extends ResampledPixels {
  readonly data: Float32Array;
}

/**
 * `resize_image` of Darknet: bilinear with the corner pixels of both pictures on top of each other, no
 * antialiasing, in floating point from end to end. Values are 0 to 255 where Darknet has 0 to 1.
 *
 * Darknet's last row takes no share of the row below it. Where rounding puts its position just before the last
 * input row rather than on it, that row comes out nearly black; networks run on Darknet saw it so, and it is kept.
 */
export function resampleDarknet(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
): DarknetPixels {
  const columns = tapsAlong(pixels.width, width, part.x, part.width);
  const rows = tapsAlong(pixels.height, height, part.y, part.height);
  const rowValues = part.width * 3;
  const output = new Float32Array(rowValues * part.height);
  const scaledRows = [new Float32Array(rowValues), new Float32Array(rowValues)] as const;
  const heldRows = [-1, -1];
  const scaledRow = (y: number): Float32Array => {
    const scaled = scaledRows[y & 1]!;
    if (heldRows[y & 1] !== y) scaleRow(pixels, y, columns, scaled);
    heldRows[y & 1] = y;
    return scaled;
  };
  for (let y = 0; y < part.height; y++) {
    const near = rows.near[y]!;
    const fraction = rows.fraction[y]!;
    const out = y * rowValues;
    const upper = scaledRow(near);
    for (let i = 0; i < rowValues; i++) output[out + i] = (1 - fraction) * upper[i]!;
    if ((rows.hasLast && y === part.height - 1) || pixels.height === 1) continue;
    const lower = scaledRow(Math.min(near + 1, pixels.height - 1));
    for (let i = 0; i < rowValues; i++) output[out + i] = output[out + i]! + fraction * lower[i]!;
  }
  return { width: part.width, height: part.height, channels: 3, data: output };
}

/** Positions in single precision, as Darknet has them: which pixel is before a position depends on it. */
function tapsAlong(inputSize: number, outputSize: number, from: number, length: number): CornerAlignedTaps {
  const near = new Int32Array(length);
  const fraction = new Float32Array(length);
  // Darknet divides by zero for a single row; there the first input row is as good as any.
  const scale = outputSize === 1 ? 0 : Math.fround((inputSize - 1) / (outputSize - 1));
  for (let i = 0; i < length; i++) {
    const position = Math.fround((from + i) * scale);
    near[i] = Math.min(Math.trunc(position), inputSize - 1);
    fraction[i] = Math.fround(position - near[i]!);
  }
  return { near, fraction, hasLast: from + length === outputSize };
}

function scaleRow(pixels: Pixels, y: number, columns: CornerAlignedTaps, scaled: Float32Array): void {
  const { data } = pixels;
  const row = y * pixels.width * 3;
  const lastColumn = columns.near.length - 1;
  const lastInput = row + (pixels.width - 1) * 3;
  for (let x = 0, out = 0; x <= lastColumn; x++) {
    const isLast = (columns.hasLast && x === lastColumn) || pixels.width === 1;
    const left = isLast ? lastInput : row + columns.near[x]! * 3;
    const right = isLast ? lastInput : Math.min(left + 3, lastInput);
    const fraction = columns.fraction[x]!;
    for (let c = 0; c < 3; c++) {
      scaled[out++] = (1 - fraction) * data[left + c]! + fraction * data[right + c]!;
    }
  }
}
