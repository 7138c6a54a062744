import { LogitRows } from './logit-rows.js';
import { MixedCell } from './mixed-cell.js';
import type { Region } from './placed-coordinates.js';

/** What a segmentation network says of each cell of its output grid, before softmax. */
export interface Logits {
  readonly data: Float32Array;
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  /** `chw`: one plane for each class. `hwc`: the classes of a cell side by side. */
  readonly layout: 'chw' | 'hwc';
}

/** For each output position along an axis: the cells it lies between, and how far it is on the way to the second. */
export interface EnlargementTaps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly fraction: Float64Array;
}

/** Output positions that lie between the same two cells. */
interface Run {
  readonly start: number;
  readonly end: number;
}

/**
 * The class of each pixel: the logits enlarged bilinearly to the picture's size, and the largest taken; of equal
 * ones the lowest id. The same as PyTorch's `interpolate(…, mode='bilinear', align_corners=False)` (half-pixel
 * centres, edges repeated) followed by `argmax`, but the enlarged logits never exist.
 *
 * Between four cells in which the same class is largest it is largest everywhere, because bilinear values are
 * weighted means of the four. So only where classes meet is anything computed.
 * @param region which part of the grid shows the picture, in cells; the whole grid is `{0, 0, width, height}`
 * @returns class ids row by row, 16 bits where there are more than 256 classes
 * @throws RangeError when the data doesn't hold `classes` × `height` × `width` logits
 */
export function argmaxEnlargedLogits(
  logits: Logits,
  region: Region,
  outWidth: number,
  outHeight: number,
): Uint8Array | Uint16Array {
  const { classes, height, width } = logits;
  const classIds =
    classes > 256 ? new Uint16Array(outWidth * outHeight) : new Uint8Array(outWidth * outHeight);
  const columns = tapsAlong(region.x, region.width, width, outWidth);
  const rows = tapsAlong(region.y, region.height, height, outHeight);
  const columnRuns = runsOf(columns.near);
  const logitRows = new LogitRows(logits);
  const cell = new MixedCell(classes, columns, rows, classIds, outWidth);
  for (const rowRun of runsOf(rows.near)) {
    const upper = logitRows.at(rows.near[rowRun.start]!);
    const lower = logitRows.at(rows.far[rowRun.start]!);
    for (const columnRun of columnRuns) {
      const left = columns.near[columnRun.start]!;
      const right = columns.far[columnRun.start]!;
      const best = upper.argmax[left]!;
      const isUniform =
        best === upper.argmax[right] && best === lower.argmax[left] && best === lower.argmax[right];
      if (isUniform) fill(classIds, outWidth, rowRun, columnRun, best);
      else cell.evaluate(upper, lower, rowRun, columnRun);
    }
  }
  return classIds;
}

function fill(
  classIds: Uint8Array | Uint16Array,
  outWidth: number,
  rows: Run,
  columns: Run,
  classId: number,
): void {
  for (let y = rows.start; y < rows.end; y++) {
    classIds.fill(classId, y * outWidth + columns.start, y * outWidth + columns.end);
  }
}

function tapsAlong(start: number, length: number, cells: number, outputSize: number): EnlargementTaps {
  const near = new Int32Array(outputSize);
  const far = new Int32Array(outputSize);
  const fraction = new Float64Array(outputSize);
  const scale = length / outputSize;
  for (let i = 0; i < outputSize; i++) {
    const position = Math.min(Math.max(start + (i + 0.5) * scale - 0.5, 0), cells - 1);
    near[i] = Math.floor(position);
    far[i] = Math.min(near[i]! + 1, cells - 1);
    fraction[i] = position - near[i]!;
  }
  return { near, far, fraction };
}

function runsOf(near: Int32Array): Run[] {
  const runs: Run[] = [];
  for (let start = 0; start < near.length; ) {
    let end = start + 1;
    while (end < near.length && near[end] === near[start]) end++;
    runs.push({ start, end });
    start = end;
  }
  return runs;
}
