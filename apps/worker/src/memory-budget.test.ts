import { describe, expect, it } from 'vitest';
import {
  defaultHostBudgetBytes,
  MEMORY_BUDGET_PATTERN,
  memoryBudget,
  parseMemoryBudget,
} from './memory-budget.js';

const GIB = 1024 ** 3;

describe('a memory budget', () => {
  it.each([
    ['6GiB', { host: 6 * GIB }],
    ['1.5MB', { host: 1_500_000 }],
    ['800MiB', { host: 800 * 1024 ** 2 }],
    ['123B', { host: 123 }],
    ['host:6GiB', { host: 6 * GIB }],
    ['gpu:20GB', { gpu: 20e9 }],
    ['host:6GiB,gpu:20GiB', { host: 6 * GIB, gpu: 20 * GIB }],
    ['gpu:0.5KiB,host:3KB', { host: 3000, gpu: 512 }],
  ])('reads %s', (text, bytes) => {
    expect(text).toMatch(new RegExp(MEMORY_BUDGET_PATTERN));
    expect(parseMemoryBudget(text)).toEqual(bytes);
  });

  it.each([
    '6',
    '6 GiB',
    'GiB',
    '-1GB',
    '6gb',
    '1e9B',
    '1.2.3GB',
    '6GiB,gpu:2GiB',
    'gpu:2GiB,gpu:3GiB',
    'host:2GiB,',
    'disk:2GiB',
    'host=2GiB',
  ])('refuses %s', (text) => {
    expect(text).not.toMatch(new RegExp(MEMORY_BUDGET_PATTERN));
    expect(() => parseMemoryBudget(text)).toThrow(RangeError);
  });

  it.each([
    [undefined, 1000, { host: 800, gpu: 900 }],
    ['200B', 1000, { host: 200, gpu: 900 }],
    ['gpu:300B', 1000, { host: 800, gpu: 300 }],
    ['gpu:300B,host:200B', 1000, { host: 200, gpu: 300 }],
    [undefined, null, { host: 800, gpu: Number.POSITIVE_INFINITY }],
  ])('of %s, on a GPU of %s bytes, is %o', (text, gpuTotalBytes, budget) => {
    expect(memoryBudget(text, gpuTotalBytes, () => 800)).toEqual(budget);
  });

  it('is four fifths of the machine, or of the container where that has less', () => {
    expect(defaultHostBudgetBytes(1000, undefined)).toBe(800);
    expect(defaultHostBudgetBytes(1000, 100)).toBe(80);
    expect(defaultHostBudgetBytes(1000, 2 ** 63)).toBe(800);
  });
});
