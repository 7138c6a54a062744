import { type Box, type Placement, pictureRegionOnGrid, type RegionMask } from '@darkroom/imaging';

/** Maps of a picture that every mask of it is a weighted sum of: `[count, height, width]`. */
export interface Prototypes {
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** For each pixel of a stretch of the picture: the cells it lies between, and how far on the way to the second. */
interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly fraction: Float32Array;
}

const EMPTY_MASK: RegionMask = { x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) };

/**
 * The mask of one detection: the prototypes weighted with its coefficients, enlarged bilinearly to the picture's size
 * (half-pixel centres, edges repeated), in the mask where that is above 0, and nothing outside of its box. As
 * `process_mask_native` of ultralytics makes it (`retina_masks`: its other masks are as large as the network's input),
 * except that the picture's place among the cells is the exact one: there it is rounded to whole cells. Only cells
 * that the box touches are computed.
 * @param box in pixels of the picture; pixel x is in it when x0 ≤ x < x1, rows likewise (`crop_mask`)
 */
export function maskFromPrototypes(
  prototypes: Prototypes,
  coefficients: Float32Array,
  box: Box,
  placement: Placement,
): RegionMask {
  const { pictureWidth, pictureHeight } = placement;
  const [x0, y0, x1, y1] = box.map(Math.ceil) as unknown as Box;
  const left = Math.max(x0, 0);
  const top = Math.max(y0, 0);
  const width = Math.min(x1, pictureWidth) - left;
  const height = Math.min(y1, pictureHeight) - top;
  if (!(width > 0 && height > 0)) return EMPTY_MASK;
  const region = pictureRegionOnGrid(placement, prototypes.width, prototypes.height);
  const columns = tapsAlong(region.x, region.width, prototypes.width, pictureWidth, left, width);
  const rows = tapsAlong(region.y, region.height, prototypes.height, pictureHeight, top, height);
  const logits = weightedCells(prototypes, coefficients, columns, rows);
  return { x: left, y: top, width, height, data: enlargeAboveZero(logits, columns, rows) };
}

/**
 * @param start where the picture begins, in cells
 * @param length how many cells it covers. Cells whose middle lies in the padding don't count
 */
function tapsAlong(
  start: number,
  length: number,
  cells: number,
  pictureSize: number,
  firstPixel: number,
  pixels: number,
): Taps {
  const middle = Math.min(Math.max(Math.floor(start + length / 2), 0), cells - 1);
  const first = Math.min(Math.max(Math.ceil(start - 0.5), 0), middle);
  const last = Math.max(Math.min(Math.floor(start + length - 0.5), cells - 1), middle);
  const near = new Int32Array(pixels);
  const far = new Int32Array(pixels);
  const fraction = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const position = start + ((firstPixel + i + 0.5) * length) / pictureSize - 0.5;
    const inside = Math.min(Math.max(position, first), last);
    near[i] = Math.floor(inside);
    far[i] = Math.min(near[i]! + 1, last);
    fraction[i] = inside - near[i]!;
  }
  return { near, far, fraction };
}

/** Logits of the cells that the taps need. */
interface CellLogits {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly data: Float32Array;
}

function weightedCells(
  prototypes: Prototypes,
  coefficients: Float32Array,
  columns: Taps,
  rows: Taps,
): CellLogits {
  const left = columns.near[0]!;
  const top = rows.near[0]!;
  const width = columns.far.at(-1)! - left + 1;
  const height = rows.far.at(-1)! - top + 1;
  const data = new Float32Array(width * height);
  for (let k = 0; k < prototypes.count; k++) {
    const weight = coefficients[k]!;
    for (let row = 0; row < height; row++) {
      const from = (k * prototypes.height + top + row) * prototypes.width + left;
      const to = row * width;
      for (let i = 0; i < width; i++) data[to + i]! += weight * prototypes.data[from + i]!;
    }
  }
  return { left, top, width, data };
}

/** 1 where the enlarged logits are above 0. Between cells of one sign it is that everywhere, and nothing is computed. */
function enlargeAboveZero(logits: CellLogits, columns: Taps, rows: Taps): Uint8Array {
  const width = columns.near.length;
  const mask = new Uint8Array(width * rows.near.length);
  const line = new Float32Array(logits.width);
  const runs = runsOf(columns.near);
  for (let y = 0; y < rows.near.length; y++) {
    const near = (rows.near[y]! - logits.top) * logits.width;
    const far = (rows.far[y]! - logits.top) * logits.width;
    const down = rows.fraction[y]!;
    for (let i = 0; i < line.length; i++) {
      line[i] = logits.data[near + i]! * (1 - down) + logits.data[far + i]! * down;
    }
    for (let run = 0; run + 1 < runs.length; run++) {
      fillRun(mask, y * width, line, logits.left, columns, runs[run]!, runs[run + 1]!);
    }
  }
  return mask;
}

function fillRun(
  mask: Uint8Array,
  row: number,
  line: Float32Array,
  leftCell: number,
  { near, far, fraction }: Taps,
  start: number,
  end: number,
): void {
  const a = line[near[start]! - leftCell]!;
  const b = line[far[start]! - leftCell]!;
  if (a > 0 && b > 0) mask.fill(1, row + start, row + end);
  else if (a > 0 || b > 0) {
    for (let x = start; x < end; x++) {
      if (a * (1 - fraction[x]!) + b * fraction[x]! > 0) mask[row + x] = 1;
    }
  }
}

/** Where pixels begin to lie behind another cell, and the end. */
function runsOf(near: Int32Array): number[] {
  const starts: number[] = [];
  for (let i = 0; i < near.length; i++) if (i === 0 || near[i] !== near[i - 1]) starts.push(i);
  return [...starts, near.length];
}
