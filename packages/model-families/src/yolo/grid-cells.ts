/** Input pixels per cell of each grid, as most YOLO networks have them. */
export const USUAL_STRIDES: readonly number[] = [8, 16, 32];
/** And with a fourth grid for large things (P6). */
const STRIDES_WITH_FOURTH: readonly number[] = [...USUAL_STRIDES, 64];

export interface InputSize {
  readonly width: number;
  readonly height: number;
}

/** The cells of all grids of an input together. */
export function countCells({ width, height }: InputSize, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.floor(width / stride) * Math.floor(height / stride), 0);
}

/**
 * The strides with which an input has so many cells.
 * @param given the only ones that come into question; without, the usual ones do
 * @returns `null` when none give this number
 */
export function stridesOf(
  cells: number,
  inputSize: InputSize,
  given?: readonly number[],
): readonly number[] | null {
  const choices = given ? [given] : [USUAL_STRIDES, STRIDES_WITH_FOURTH];
  return choices.find((strides) => countCells(inputSize, strides) === cells) ?? null;
}

/** Column, row and stride of each cell, grid after grid, each row by row: three numbers for a cell. */
export function listCells({ width, height }: InputSize, strides: readonly number[]): Float32Array {
  const cells = new Float32Array(countCells({ width, height }, strides) * 3);
  let at = 0;
  for (const stride of strides) {
    const columns = Math.floor(width / stride);
    const rows = Math.floor(height / stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        cells[at++] = column;
        cells[at++] = row;
        cells[at++] = stride;
      }
    }
  }
  return cells;
}
