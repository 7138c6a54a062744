import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';
import { clipBox } from './box-geometry.js';

/**
 * The part of a picture within a box and `padding` pixels around it, as far as the picture goes. Pixels that the box
 * covers in part are in it, and it holds one pixel at least.
 * @throws RangeError when the box or the padding is not finite, or the padding negative
 */
export function cropPicture(picture: Pixels, box: Box, padding: number): Pixels {
  if (!box.every(Number.isFinite) || !Number.isFinite(padding) || padding < 0) {
    throw new RangeError(
      `expected a box of finite numbers and a padding of 0 or more, got [${box.join(', ')}] and ${padding}`,
    );
  }
  const [x0, y0, x1, y1] = box;
  const padded = clipBox(
    [x0 - padding, y0 - padding, x1 + padding, y1 + padding],
    picture.width,
    picture.height,
  );
  const left = Math.min(Math.floor(padded[0]), picture.width - 1);
  const top = Math.min(Math.floor(padded[1]), picture.height - 1);
  const width = Math.max(Math.ceil(padded[2]) - left, 1);
  const height = Math.max(Math.ceil(padded[3]) - top, 1);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), y * width * 3);
  }
  return pixelsOf(data, width, height);
}
