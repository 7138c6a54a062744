import { type Box, clipBox } from '@darkroom/imaging';
import type { Detected } from './detected.js';

/** Boxes are given to a hundredth of a pixel: finer than any network finds them, and short as text. */
const PLACES_PER_PIXEL = 100;
/** Scores are given to six decimals: about what is in a float32. */
const STEPS_PER_SCORE = 1e6;

/**
 * What lies in the picture, best first, the boxes clipped to it and rounded. Left out is what has no area then, and
 * what is no number: a network that overflowed gives such.
 */
export function placeDetections(
  detected: readonly Detected[],
  { width, height }: { readonly width: number; readonly height: number },
): Detected[] {
  return detected
    .filter(({ box, score }) => !Number.isNaN(score) && !box.some(Number.isNaN))
    .map((one) => ({ ...one, score: roundedScore(one.score), box: rounded(clipBox(one.box, width, height)) }))
    .filter(({ box: [x0, y0, x1, y1] }) => x1 > x0 && y1 > y0)
    .sort((a, b) => b.score - a.score);
}

function rounded([x0, y0, x1, y1]: Box): Box {
  return [toHundredths(x0), toHundredths(y0), toHundredths(x1), toHundredths(y1)];
}

export function toHundredths(pixels: number): number {
  return Math.round(pixels * PLACES_PER_PIXEL) / PLACES_PER_PIXEL;
}

/** A sigmoid's rounding may lead a little beyond 1. */
function roundedScore(score: number): number {
  return Math.min(1, Math.max(0, Math.round(score * STEPS_PER_SCORE) / STEPS_PER_SCORE));
}
