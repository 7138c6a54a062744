/** Rounds to the nearest whole number and a half to the even one, as Python's `round` and C's `rint` do. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
