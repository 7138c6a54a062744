import { describe, expect, it } from 'vitest';
import { defaultMemoryBudgetBytes, MEMORY_SIZE_PATTERN, parseMemorySize } from './memory-budget.js';

describe('a memory budget', () => {
  it.each([
    ['6GiB', 6 * 1024 ** 3],
    ['1.5MB', 1_500_000],
    ['800MiB', 800 * 1024 ** 2],
    ['123B', 123],
  ])('reads %s', (text, bytes) => {
    expect(text).toMatch(new RegExp(MEMORY_SIZE_PATTERN));
    expect(parseMemorySize(text)).toBe(bytes);
  });

  it.each(['6', '6 GiB', 'GiB', '-1GB', '6gb', '1e9B'])('refuses %s', (text) => {
    expect(text).not.toMatch(new RegExp(MEMORY_SIZE_PATTERN));
    expect(() => parseMemorySize(text)).toThrow(RangeError);
  });

  it('is four fifths of the machine, or of the container where that has less', () => {
    expect(defaultMemoryBudgetBytes(1000, undefined)).toBe(800);
    expect(defaultMemoryBudgetBytes(1000, 100)).toBe(80);
    expect(defaultMemoryBudgetBytes(1000, 2 ** 63)).toBe(800);
  });
});
