import type { Box } from '../placement.js';
import { encodeChanges } from './encode-rle.js';
import type { RegionMask } from './region-mask.js';
import type { Rle } from './rle.js';

/**
 * A binary mask of a whole picture as its runs of ones, column by column as COCO has them. It takes some kilobytes
 * where a byte for each pixel takes megabytes, so hundreds of masks of one picture can be kept.
 */
export interface MaskRuns {
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /**
   * Where each run starts and ends, as positions `x * pictureHeight + y`; the end is the first position behind the
   * run. They rise, and no two runs touch: one that goes on at the top of the next column is one run.
   */
  readonly edges: Uint32Array;
}

/** How many pixels are in the mask. */
export function areaOfRuns({ edges }: MaskRuns): number {
  let area = 0;
  for (let i = 0; i < edges.length; i += 2) area += edges[i + 1]! - edges[i]!;
  return area;
}

/** The smallest box with all pixels of the mask in it; null when there are none. */
export function boxOfRuns({ edges, pictureHeight }: MaskRuns): Box | null {
  if (edges.length === 0) return null;
  let top = pictureHeight;
  let bottom = 0;
  forEachColumnRun(edges, pictureHeight, (_, start, end) => {
    if (start < top) top = start;
    if (end > bottom) bottom = end;
  });
  const left = Math.floor(edges[0]! / pictureHeight);
  const right = Math.floor((edges.at(-1)! - 1) / pictureHeight) + 1;
  return [left, top, right, bottom];
}

/** The mask in COCO's run-length code, the same in every byte as pycocotools writes it. */
export function encodeRuns({ edges, pictureWidth, pictureHeight }: MaskRuns): Rle {
  return encodeChanges(edges, pictureWidth, pictureHeight);
}

/** The mask as the smallest region that holds it, a byte for each pixel of that. */
export function regionMaskFromRuns(runs: MaskRuns): RegionMask {
  const [left, top, right, bottom] = boxOfRuns(runs) ?? [0, 0, 0, 0];
  const width = right - left;
  const data = new Uint8Array(width * (bottom - top));
  forEachColumnRun(runs.edges, runs.pictureHeight, (x, start, end) => {
    data[(start - top) * width + x - left] = 1;
    if (end < bottom) data[(end - top) * width + x - left] = 1;
  });
  // So far it is 1 where a column changes. What lies between is filled row by row, as it lies in memory.
  for (let at = width; at < data.length; at++) data[at]! ^= data[at - width]!;
  return { x: left, y: top, width, height: bottom - top, data };
}

/** @param visit gets each run, or the part of it that is in one column: its rows are `start` to below `end` */
export function forEachColumnRun(
  edges: Uint32Array,
  pictureHeight: number,
  visit: (x: number, start: number, end: number) => void,
): void {
  for (let i = 0; i < edges.length; i += 2) {
    let x = Math.floor(edges[i]! / pictureHeight);
    let start = edges[i]! - x * pictureHeight;
    let rest = edges[i + 1]! - edges[i]!;
    while (rest > 0) {
      const end = Math.min(start + rest, pictureHeight);
      visit(x, start, end);
      rest -= end - start;
      start = 0;
      x++;
    }
  }
}
