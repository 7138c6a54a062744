import { describe, expect, it } from 'vitest';
import { digits, textTable } from './text-table.js';

describe('a table', () => {
  it('has words on the left and numbers under one another', () => {
    expect(
      textTable(
        ['', 'p50', 'p99'],
        [
          ['wall time', '7.0', '12.5'],
          ['queue', '11.0', '103.0'],
        ],
      ),
    ).toEqual([
      '            p50    p99',
      '──────────────────────',
      'wall time   7.0   12.5',
      'queue      11.0  103.0',
    ]);
  });

  it('refuses a row that would shift its numbers under other headings', () => {
    expect(() => textTable(['a', 'b'], [['1']])).toThrow('expected 2 cells, got 1: 1');
  });
});

describe('a number', () => {
  it('is rounded, and a dash where there is none', () => {
    expect(digits(9.96)).toBe('10.0');
    expect(digits(0.9567, 3)).toBe('0.957');
    expect(digits(null)).toBe('–');
  });
});
