/** What logits are compared with. `low` is not above `middle`, and that not above `high`. */
export interface MaskThresholds {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** Which thresholds a value lies above, as bits: of several values `|` gives those that one exceeds, `&` those that all do. */
export const ABOVE_LOW = 1;
export const ABOVE_MIDDLE = 2;
export const ABOVE_HIGH = 4;

const LOW_AND_MIDDLE = ABOVE_LOW | ABOVE_MIDDLE;
const ALL = LOW_AND_MIDDLE | ABOVE_HIGH;

/** @returns the level of a value: 0, or the bits of the thresholds that it lies above; 0 for what is not a number */
export function levelOf(value: number, { low, middle, high }: MaskThresholds): number {
  if (value > middle) return value > high ? ALL : LOW_AND_MIDDLE;
  return value > low ? ABOVE_LOW : 0;
}

/** As PyTorch has them, which compares in single precision. */
export function singlePrecision({ low, middle, high }: MaskThresholds): MaskThresholds {
  return { low: Math.fround(low), middle: Math.fround(middle), high: Math.fround(high) };
}
