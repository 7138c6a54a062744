import type { EnlargedMask, MaskThresholds } from '@darkroom/imaging';

/** What the logits of masks are compared with: `Sam.mask_threshold` of segment-anything. */
export const MASK_THRESHOLD = 0;

/** What logits are compared with for a mask and its stability. @param offset how much the thresholds are higher and lower */
export function thresholdsWith(offset: number): MaskThresholds {
  return { low: MASK_THRESHOLD - offset, middle: MASK_THRESHOLD, high: MASK_THRESHOLD + offset };
}

/**
 * How little a mask depends on the threshold: the intersection over union of what lies above a higher threshold and
 * what lies above a lower one, on the enlarged logits. `calculate_stability_score` of segment-anything.
 * @returns 0 to 1; 0 where nothing lies above the lower one, for which the original divides 0 by 0
 */
export function stabilityScore({
  aboveLow,
  aboveHigh,
}: Pick<EnlargedMask, 'aboveLow' | 'aboveHigh'>): number {
  // What lies above the higher threshold lies above the lower one.
  return aboveLow === 0 ? 0 : Math.fround(aboveHigh / aboveLow);
}
