import type { Pixels } from '../pixels.js';
import { type PilFilter, resamplePil } from './pil-filter.js';
import type { ResampledPart } from './resampler.js';

const TRIANGLE: PilFilter = {
  support: 1,
  weight: (distance) => Math.max(1 - Math.abs(distance), 0),
};

/**
 * `Image.resize(size, Image.BILINEAR)` of PIL, antialiased on the way down: what torchvision and transformers do
 * to PIL pictures. Equal to Pillow's in every bit.
 */
export function resamplePilBilinear(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
): Pixels {
  return resamplePil(pixels, width, height, part, TRIANGLE);
}
