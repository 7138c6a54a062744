import { type RegionMask, requireInPicture } from '../masks/region-mask.js';
import type { Color } from '../palettes/color.js';
import type { Canvas } from './canvas.js';

/** How much of the colour covers the picture inside a mask and on its outline. */
const FILL_ALPHA = 0.4;
const OUTLINE_ALPHA = 0.9;

/**
 * Lays a mask over the picture, half transparent.
 * @throws RangeError when the mask reaches out of the picture
 */
export function fillMask(canvas: Canvas, mask: RegionMask, color: Color): void {
  requireInPicture(mask, canvas.width, canvas.height);
  blendWhere(canvas, mask, mask.data, color, FILL_ALPHA);
}

/**
 * Draws a line along a mask's border, inside it. The picture's edge is no border.
 * @throws RangeError when the mask reaches out of the picture
 */
export function outlineMask(canvas: Canvas, mask: RegionMask, color: Color, lineWidth: number): void {
  requireInPicture(mask, canvas.width, canvas.height);
  const { data } = mask;
  const marks = new Uint8Array(data.length);
  markAlongRows(mask, marks, lineWidth, canvas.width);
  markAlongColumns(mask, marks, lineWidth, canvas.height);
  // The marks lie on both sides of the border.
  for (let i = 0; i < marks.length; i++) marks[i]! &= data[i]!;
  blendWhere(canvas, mask, marks, color, OUTLINE_ALPHA);
}

/** @param marks 1 for the pixels of the mask's region that get the colour */
function blendWhere(
  canvas: Canvas,
  { x, y, width, height }: RegionMask,
  marks: Uint8Array,
  color: Color,
  alpha: number,
): void {
  const { data } = canvas;
  // By value before, as each is asked for thousands of times.
  const reds = blendedValues(color[0], alpha);
  const greens = blendedValues(color[1], alpha);
  const blues = blendedValues(color[2], alpha);
  for (let row = 0; row < height; row++) {
    const end = (row + 1) * width;
    let out = ((y + row) * canvas.width + x) * 3;
    for (let at = row * width; at < end; at++, out += 3) {
      if (marks[at] !== 1) continue;
      data[out] = reds[data[out]!]!;
      data[out + 1] = greens[data[out + 1]!]!;
      data[out + 2] = blues[data[out + 2]!]!;
    }
  }
}

function blendedValues(value: number, alpha: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, before) => Math.round(before + (value - before) * alpha));
}

/** Marks what lies within `lineWidth` columns of a border, on both sides. */
function markAlongRows(mask: RegionMask, marks: Uint8Array, lineWidth: number, pictureWidth: number): void {
  const { x, width, height, data } = mask;
  for (let row = 0; row < height; row++) {
    const start = row * width;
    const end = start + width;
    let before = x === 0 ? data[start] : 0;
    for (let at = start; at < end; at++) {
      if (data[at] === before) continue;
      marks.fill(1, Math.max(at - lineWidth, start), Math.min(at + lineWidth, end));
      before = data[at];
    }
    if (before === 1 && x + width < pictureWidth) marks.fill(1, Math.max(end - lineWidth, start), end);
  }
}

/** The same for rows. */
function markAlongColumns(
  mask: RegionMask,
  marks: Uint8Array,
  lineWidth: number,
  pictureHeight: number,
): void {
  const { y, width, height, data } = mask;
  for (let row = 0; row <= height; row++) {
    if ((row === 0 && y === 0) || (row === height && y + height === pictureHeight)) continue;
    const firstRow = Math.max(row - lineWidth, 0);
    const endRow = Math.min(row + lineWidth, height);
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const above = row === 0 ? 0 : data[at - width];
      const below = row === height ? 0 : data[at];
      if (above === below) continue;
      for (let marked = firstRow; marked < endRow; marked++) marks[marked * width + column] = 1;
    }
  }
}
