import { type Pixels, pixelsOf } from '../pixels.js';
import type { ResampledPart } from './resampler.js';

/** A part of a picture; the picture itself where that is all of it. */
export function cutPart(pixels: Pixels, { x, y, width, height }: ResampledPart): Pixels {
  if (width === pixels.width && height === pixels.height) return pixels;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * pixels.width + x) * 3;
    data.set(pixels.data.subarray(from, from + width * 3), row * width * 3);
  }
  return pixelsOf(data, width, height);
}
