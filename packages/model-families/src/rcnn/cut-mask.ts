import type { Box, Placement, RegionMask } from '@darkroom/imaging';
import { type CellGrid, tapsAt, thresholdCells } from './threshold-cells.js';

/**
 * How far beyond its box a pasted mask may reach: pasting enlarges the box by a cell of the mask on each side, of 14
 * cells at least, and by a pixel for rounding.
 */
const BEYOND_BOX = 1 / 14;
const PIXELS_BEYOND_BOX = 2;

/**
 * The mask of one thing that the graph gives for its whole input, in pixels of the picture: where the picture was
 * resized, the input's pixels are looked up bilinearly; in the mask is what comes to a half at least.
 * @param pixels one value for each pixel of the input, 0 to 1
 * @param box in pixels of the picture; nothing is looked for far from it
 */
export function cutMask(pixels: CellGrid, box: Box, placement: Placement): RegionMask {
  const { pictureWidth, pictureHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  const [left, right] = around(box[0], box[2], pictureWidth);
  const [top, bottom] = around(box[1], box[3], pictureHeight);
  const scaleX = resizedWidth / pictureWidth;
  const scaleY = resizedHeight / pictureHeight;
  const columns = tapsAt(right - left, pixels.width, (x) => (left + x + 0.5) * scaleX + offsetX - 0.5);
  const rows = tapsAt(bottom - top, pixels.height, (y) => (top + y + 0.5) * scaleY + offsetY - 0.5);
  const data = thresholdCells(pixels, columns, rows);
  return { x: left, y: top, width: right - left, height: bottom - top, data };
}

function around(start: number, end: number, pictureSize: number): [first: number, end: number] {
  const margin = (end - start) * BEYOND_BOX + PIXELS_BEYOND_BOX;
  const first = Math.min(Math.max(Math.floor(start - margin), 0), pictureSize);
  return [first, Math.max(Math.min(Math.ceil(end + margin), pictureSize), first)];
}
