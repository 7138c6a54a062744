import type { Pixels, ResampledPixels } from '../pixels.js';

/** A rectangle of a resampled picture, in whole pixels inside it. */
export interface ResampledPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes a picture of another size, with the arithmetic of one particular library. A network sees the difference:
 * it was trained on pictures made with one of them.
 * @param width of the picture wanted, a positive integer
 * @param height of the picture wanted, a positive integer
 * @param part of that which is wanted; nothing else is made
 */
export type Resampler = (
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart,
) => ResampledPixels;
