import { encodeGrey8 } from '../encode-image.js';
import { type RegionMask, requireInPicture } from './region-mask.js';

/**
 * A mask as a grey PNG of the whole picture, 8 bits: 255 in the mask, 0 elsewhere.
 * @throws RangeError when the mask reaches out of the picture
 */
export function encodeMaskPng(
  mask: RegionMask,
  pictureWidth: number,
  pictureHeight: number,
): Promise<Buffer> {
  requireInPicture(mask, pictureWidth, pictureHeight);
  const { x, y, width, height, data } = mask;
  const grey = new Uint8Array(pictureWidth * pictureHeight);
  for (let row = 0; row < height; row++) {
    const out = (y + row) * pictureWidth + x;
    for (let column = 0; column < width; column++) grey[out + column] = data[row * width + column]! * 255;
  }
  return encodeGrey8(grey, pictureWidth, pictureHeight);
}
