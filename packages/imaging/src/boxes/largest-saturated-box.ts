import { areaOfRuns, boxOfRuns } from '../masks/mask-runs.js';
import { removeSmallIslands } from '../masks/remove-small-regions.js';
import { RunEdges } from '../masks/run-edges.js';
import type { Pixels } from '../pixels.js';
import type { Box } from '../placement.js';

/** Saturation and value as HSV has them, 0 to 1. In what is darker, noise has colours. */
const SATURATED_FROM = 0.25;
const BRIGHT_FROM = 0.15;
/** A larger picture is looked at in steps of several pixels. */
const PIXELS_LOOKED_AT = 1_000_000;
/** A region of a smaller share of the picture is a speck. */
const SMALLEST_SHARE = 0.01;

/**
 * The box around the largest connected region of saturated colours, such as goods on a grey table; null where there is
 * none, or a speck alone. In a large picture it is a few pixels wider than the region.
 */
export function largestSaturatedBox({ width, height, data }: Pixels): Box | null {
  const step = Math.ceil(Math.sqrt((width * height) / PIXELS_LOOKED_AT));
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const edges = new RunEdges();
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const at = column * rows + row;
      if (isSaturated(data, (row * width + column) * step * 3)) edges.add(at, at + 1);
    }
  }
  const all = { pictureWidth: columns, pictureHeight: rows, edges: edges.toArray() };
  const largest = removeSmallIslands(all, Number.POSITIVE_INFINITY);
  if (areaOfRuns(largest) < columns * rows * SMALLEST_SHARE) return null;
  const [x0, y0, x1, y1] = boxOfRuns(largest)!;
  return [x0 * step, y0 * step, Math.min(x1 * step, width), Math.min(y1 * step, height)];
}

function isSaturated(data: Uint8Array, at: number): boolean {
  const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
  const brightest = Math.max(red, green, blue);
  const darkest = Math.min(red, green, blue);
  return brightest >= BRIGHT_FROM * 255 && brightest - darkest >= SATURATED_FROM * brightest;
}
