import type { MaskEnlarger } from '@darkroom/imaging';

/** What the logits of masks are compared with: `Sam.mask_threshold` of segment-anything. */
export const MASK_THRESHOLD = 0;

/**
 * How little a mask depends on the threshold: the intersection over union of what lies above a higher threshold and
 * what lies above a lower one, on the enlarged logits. `calculate_stability_score` of segment-anything.
 * @param offset how much the thresholds are higher and lower
 * @returns 0 to 1; 0 where nothing lies above the lower one, for which the original divides 0 by 0
 */
export function stabilityScore(enlarger: MaskEnlarger, logits: Float32Array, offset: number): number {
  const intersection = enlarger.countAbove(logits, MASK_THRESHOLD + offset);
  // What lies above the higher threshold lies above the lower one.
  if (intersection === 0) return 0;
  return Math.fround(intersection / enlarger.countAbove(logits, MASK_THRESHOLD - offset));
}
