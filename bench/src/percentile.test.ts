import { describe, expect, it } from 'vitest';
import { mean, median, percentile } from './percentile.js';

describe('a percentile', () => {
  it('is a value itself where one lies at its place, and between two where none does', () => {
    const values = [40, 10, 30, 20];
    expect(percentile(values, 0)).toBe(10);
    expect(percentile(values, 1)).toBe(40);
    expect(percentile(values, 1 / 3)).toBeCloseTo(20, 10);
    // numpy.percentile([10, 20, 30, 40], 99)
    expect(percentile(values, 0.99)).toBeCloseTo(39.7, 10);
  });

  it('orders numbers as numbers', () => {
    expect(percentile([9, 10, 100], 1)).toBe(100);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses no values, and a fraction that is a percentage', () => {
    expect(() => percentile([], 0.5)).toThrow('at least one value');
    expect(() => percentile([1], 99)).toThrow('expected 0 to 1, got 99');
    expect(() => percentile([1], Number.NaN)).toThrow('expected 0 to 1');
  });
});

describe('the median and the mean', () => {
  it('differ where values are lopsided', () => {
    expect(median([1, 2, 9])).toBe(2);
    expect(mean([1, 2, 9])).toBe(4);
  });

  it('are of something', () => {
    expect(() => mean([])).toThrow('at least one value');
    expect(() => median([])).toThrow('at least one value');
  });
});
