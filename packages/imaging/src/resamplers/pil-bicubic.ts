import type { Pixels } from '../pixels.js';
import { type PilFilter, resamplePil } from './pil-filter.js';
import type { ResampledPart } from './resampler.js';

/** The free parameter of cubic convolution (Keys, 1981): Pillow has -0.5, OpenCV and PyTorch -0.75. */
const A = -0.5;

const CUBIC: PilFilter = {
  support: 2,
  weight(distance) {
    const x = Math.abs(distance);
    if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
    return 0;
  },
};

/**
 * `Image.resize(size, Image.BICUBIC)` of PIL, antialiased on the way down: what CLIP's and many of transformers'
 * preprocessors do. Equal to Pillow's in every bit.
 */
export function resamplePilBicubic(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
): Pixels {
  return resamplePil(pixels, width, height, part, CUBIC);
}
