/** Values of cells, row by row. */
export interface CellGrid {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** For each pixel of a stretch: the cells it lies between, and how far on the way to the second. */
export interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly fraction: Float32Array;
}

/** What torchvision and Detectron2 take for the inside of a mask. */
const THRESHOLD = 0.5;

/**
 * @param positionOf where in the cells a pixel lies: 0 is the middle of the first cell. What is beyond the first and
 *   the last is there
 */
export function tapsAt(pixels: number, cells: number, positionOf: (pixel: number) => number): Taps {
  const near = new Int32Array(pixels);
  const far = new Int32Array(pixels);
  const fraction = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const position = Math.min(Math.max(positionOf(pixel), 0), cells - 1);
    near[pixel] = Math.floor(position);
    far[pixel] = Math.min(near[pixel]! + 1, cells - 1);
    fraction[pixel] = position - near[pixel]!;
  }
  return { near, far, fraction };
}

/** 1 where the cells, looked up bilinearly, are at least a half; row by row. */
export function thresholdCells({ width, data }: CellGrid, columns: Taps, rows: Taps): Uint8Array {
  const pixels = columns.near.length;
  const mask = new Uint8Array(pixels * rows.near.length);
  const line = new Float32Array(width);
  const first = columns.near[0] ?? 0;
  const last = columns.far.at(-1) ?? -1;
  for (let y = 0; y < rows.near.length; y++) {
    const near = rows.near[y]! * width;
    const far = rows.far[y]! * width;
    const down = rows.fraction[y]!;
    for (let i = first; i <= last; i++) line[i] = data[near + i]! * (1 - down) + data[far + i]! * down;
    const start = y * pixels;
    for (let x = 0; x < pixels; x++) {
      const across = columns.fraction[x]!;
      const value = line[columns.near[x]!]! * (1 - across) + line[columns.far[x]!]! * across;
      if (value >= THRESHOLD) mask[start + x] = 1;
    }
  }
  return mask;
}
