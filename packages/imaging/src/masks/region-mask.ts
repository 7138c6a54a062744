import { clipBox } from '../boxes/box-geometry.js';
import type { Box } from '../placement.js';

/**
 * A binary mask of a part of a picture, in pixels of the picture; outside of the part all is 0. Kept small, as a
 * picture may have hundreds.
 */
export interface RegionMask {
  /** Where the part lies in the picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 or 1, row by row: `data[row * width + column]`. */
  readonly data: Uint8Array;
}

/** How many pixels are in the mask. */
export function maskArea({ data }: RegionMask): number {
  let area = 0;
  for (let i = 0; i < data.length; i++) area += data[i]!;
  return area;
}

/** The smallest box with all pixels of the mask in it; null when there are none. */
export function maskBox({ x, y, width, data }: RegionMask): Box | null {
  const first = data.indexOf(1);
  if (first === -1) return null;
  const top = Math.floor(first / width);
  const bottom = Math.floor(data.lastIndexOf(1) / width) + 1;
  let left = width;
  let right = 0;
  for (let row = top; row < bottom && (left > 0 || right < width); row++) {
    const pixels = data.subarray(row * width, (row + 1) * width);
    const firstInRow = pixels.subarray(0, left).indexOf(1);
    if (firstInRow !== -1) left = firstInRow;
    right += pixels.subarray(right).lastIndexOf(1) + 1;
  }
  return [x + left, y + top, x + right, y + bottom];
}

/**
 * The mask of a whole picture as the smallest region that holds it; of no size when it is empty.
 * @param data 0 or 1, row by row
 * @throws RangeError when there isn't one value for each pixel
 */
export function regionMaskFrom(data: Uint8Array, width: number, height: number): RegionMask {
  if (data.length !== width * height) {
    throw new RangeError(
      `expected one value for each of ${width} × ${height} = ${width * height} pixels, got ${data.length}`,
    );
  }
  const whole = { x: 0, y: 0, width, height, data };
  return cropMask(whole, [0, 0, width, height]);
}

/** What of a mask lies in a box, as small as possible: pixel x is in the box when x0 ≤ x < x1, rows likewise. */
export function cropMask(mask: RegionMask, box: Box): RegionMask {
  const [x0, y0, x1, y1] = box.map(Math.ceil) as unknown as Box;
  const kept = clipBox([x0 - mask.x, y0 - mask.y, x1 - mask.x, y1 - mask.y], mask.width, mask.height);
  const cut = cutOut(mask, kept);
  const tight = maskBox(cut);
  if (tight === null) return { x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) };
  const [left, top, right, bottom] = tight;
  return cutOut(cut, [left - cut.x, top - cut.y, right - cut.x, bottom - cut.y]);
}

/** @param box in whole pixels of the region, inside it */
function cutOut(mask: RegionMask, [x0, y0, x1, y1]: Box): RegionMask {
  const width = Math.max(x1 - x0, 0);
  const height = Math.max(y1 - y0, 0);
  if (width === mask.width && height === mask.height) return mask;
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y0 + row) * mask.width + x0;
    data.set(mask.data.subarray(start, start + width), row * width);
  }
  return { x: mask.x + x0, y: mask.y + y0, width, height, data };
}

/** @throws RangeError when a part of the region lies outside a picture of this size */
export function requireInPicture(mask: RegionMask, pictureWidth: number, pictureHeight: number): void {
  const { x, y, width, height, data } = mask;
  const isInside =
    [x, y, width, height].every((value) => Number.isInteger(value) && value >= 0) &&
    x + width <= pictureWidth &&
    y + height <= pictureHeight;
  if (!isInside || data.length !== width * height) {
    throw new RangeError(
      `expected a mask inside the picture of ${pictureWidth} × ${pictureHeight}, got ${data.length} values for ` +
        `${width} × ${height} pixels at (${x}, ${y})`,
    );
  }
}
