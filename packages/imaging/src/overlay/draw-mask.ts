import { type RegionMask, requireInPicture } from '../masks/region-mask.js';
import type { Color } from '../palettes/color.js';
import type { Canvas } from './canvas.js';
import { intersectRuns, type Runs, runsOfRows, subtractRuns } from './row-runs.js';

/** How much of the colour covers the picture inside a mask and on its outline. */
export const FILL_ALPHA = 0.4;
const OUTLINE_ALPHA = 0.9;

/**
 * Lays a mask over the picture, half transparent.
 * @throws RangeError when the mask reaches out of the picture
 */
export function fillMask(canvas: Canvas, mask: RegionMask, color: Color): void {
  requireInPicture(mask, canvas.width, canvas.height);
  blendRows(canvas, mask, runsOfRows(mask), color, FILL_ALPHA);
}

/**
 * Lays a colour for each label over the picture.
 * @param labels of each pixel, row by row: 0 for none, n for `colors[n - 1]`
 */
export function blendLabels(
  canvas: Canvas,
  labels: Uint16Array,
  colors: readonly Color[],
  alpha: number,
): void {
  const { data } = canvas;
  const blended = colors.map((color) => color.map((value) => blendedValues(value, alpha)));
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const [reds, greens, blues] = blended[labels[i]! - 1]!;
    const at = i * 3;
    data[at] = reds![data[at]!]!;
    data[at + 1] = greens![data[at + 1]!]!;
    data[at + 2] = blues![data[at + 2]!]!;
  }
}

/**
 * Draws a line along a mask's border, inside it. The picture's edge is no border.
 * @throws RangeError when the mask reaches out of the picture
 */
export function outlineMask(canvas: Canvas, mask: RegionMask, color: Color, lineWidth: number): void {
  requireInPicture(mask, canvas.width, canvas.height);
  const rows = runsOfRows(mask);
  const outline = rows.map((runs, row) =>
    subtractRuns(runs, runsFarInside(rows, row, mask, lineWidth, canvas)),
  );
  blendRows(canvas, mask, outline, color, OUTLINE_ALPHA);
}

/** The pixels of a row that are further from the mask's border than the line is wide. */
function runsFarInside(
  rows: readonly Runs[],
  row: number,
  { x, y, width }: RegionMask,
  lineWidth: number,
  canvas: Canvas,
): Runs {
  const runsAt = (other: number): Runs => {
    const isInPicture = y + other >= 0 && y + other < canvas.height;
    return isInPicture ? (rows[other] ?? []) : [0, width];
  };
  let inside = narrowRuns(rows[row]!, lineWidth, -x, canvas.width - x);
  for (let away = 1; away <= lineWidth && inside.length > 0; away++) {
    inside = intersectRuns(intersectRuns(inside, runsAt(row - away)), runsAt(row + away));
  }
  return inside;
}

/** @param leftEdge column of the picture's edge, where nothing is taken off; the right edge likewise */
function narrowRuns(runs: Runs, lineWidth: number, leftEdge: number, rightEdge: number): Runs {
  const narrow: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const begin = runs[i]! === leftEdge ? leftEdge : runs[i]! + lineWidth;
    const end = runs[i + 1]! === rightEdge ? rightEdge : runs[i + 1]! - lineWidth;
    if (begin < end) narrow.push(begin, end);
  }
  return narrow;
}

/** @param rows the pixels of each row of the region that get the colour */
function blendRows(
  canvas: Canvas,
  { x, y }: RegionMask,
  rows: readonly Runs[],
  color: Color,
  alpha: number,
): void {
  const { width, data } = canvas;
  // By value before, as each is asked for thousands of times.
  const reds = blendedValues(color[0], alpha);
  const greens = blendedValues(color[1], alpha);
  const blues = blendedValues(color[2], alpha);
  for (const [row, runs] of rows.entries()) {
    const start = (y + row) * width + x;
    for (let i = 0; i < runs.length; i += 2) {
      const end = (start + runs[i + 1]!) * 3;
      for (let at = (start + runs[i]!) * 3; at < end; at += 3) {
        data[at] = reds[data[at]!]!;
        data[at + 1] = greens[data[at + 1]!]!;
        data[at + 2] = blues[data[at + 2]!]!;
      }
    }
  }
}

function blendedValues(value: number, alpha: number): Uint8Array {
  return new Uint8Array(256).map((_, before) => Math.round(before + (value - before) * alpha));
}
