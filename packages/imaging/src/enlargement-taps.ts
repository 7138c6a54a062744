/** For each output position along an axis: the cells it lies between, and how far it is on the way to the second. */
export interface EnlargementTaps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly fraction: Float64Array;
}

/** Taps for `outputSize` positions that cover `length` cells from `start` on, with half-pixel centres. */
export function tapsAlong(start: number, length: number, cells: number, outputSize: number): EnlargementTaps {
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
