/**
 * The value that the share `fraction` of all values does not exceed, by linear interpolation between neighbours
 * (the default of numpy and R).
 *
 * @param fraction from 0 (smallest) to 1 (largest)
 * @throws RangeError when there are no values or the fraction is outside its range
 */
export function percentile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new RangeError('expected at least one value, got none');
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`expected 0 to 1, got ${fraction}`);
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @throws RangeError when there are no values */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('expected at least one value, got none');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
