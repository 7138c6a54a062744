import type { Pixels } from '../pixels.js';
import { type PilFilter, resamplePil } from './pil-filter.js';
import type { ResampledPart } from './resampler.js';

/** How many lobes of the cardinal sine there are on each side. */
const LOBES = 3;

const LANCZOS: PilFilter = {
  support: LOBES,
  // Unlike the other filters it is cut off on one side only, as Pillow has it.
  weight: (distance) =>
    distance >= -LOBES && distance < LOBES ? cardinalSine(distance) * cardinalSine(distance / LOBES) : 0,
};

/** sin(πx) / πx. */
function cardinalSine(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/**
 * `Image.resize(size, Image.LANCZOS)` of PIL, antialiased on the way down: what diffusers does to pictures. Equal to
 * Pillow's in every bit.
 */
export function resamplePilLanczos(
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
): Pixels {
  return resamplePil(pixels, width, height, part, LANCZOS);
}
