import type { Pixels, ResampledPixels } from '../pixels.js';

/**
 * Makes a picture of another size, with the arithmetic of one particular library. A network sees the difference:
 * it was trained on pictures made with one of them.
 * @param width of the picture wanted, a positive integer
 * @param height of the picture wanted, a positive integer
 */
export type Resampler = (pixels: Pixels, width: number, height: number) => ResampledPixels;
