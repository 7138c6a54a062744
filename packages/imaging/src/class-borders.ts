import type { ClassIds } from './class-ids.js';

/**
 * Marks the pixels that lie within `lineWidth` pixels, along their row or column, of a pixel of another class. Each
 * class gets its own line, inside it; the picture's edge is no border.
 * @returns 1 for a pixel on a border, else 0; row by row
 */
export function markClassBorders(
  classIds: ClassIds,
  width: number,
  height: number,
  lineWidth: number,
): Uint8Array {
  const isBorder = new Uint8Array(classIds.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const at = row + x;
      if (x > 0 && classIds[at] !== classIds[at - 1]) {
        markAcross(isBorder, at, 1, Math.min(lineWidth, x), Math.min(lineWidth, width - x));
      }
      if (y > 0 && classIds[at] !== classIds[at - width]) {
        markAcross(isBorder, at, width, Math.min(lineWidth, y), Math.min(lineWidth, height - y));
      }
    }
  }
  return isBorder;
}

/** Marks `before` steps back from a change of class and `after` steps on. */
function markAcross(isBorder: Uint8Array, change: number, step: number, before: number, after: number): void {
  for (let i = -before; i < after; i++) isBorder[change + i * step] = 1;
}
