import { tapsAlong } from './enlargement-taps.js';
import { LogitRows } from './logit-rows.js';
import type { Logits } from './logits.js';
import { MixedCell } from './mixed-cell.js';
import type { Region } from './placed-coordinates.js';

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
