import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.js';
import { intersectRuns, type Runs, runsOfRows, subtractRuns } from './row-runs.js';

const rowOf = (text: string) => Uint8Array.from(text, (character) => Number(character));
const runsIn = (text: string): Runs => {
  const data = rowOf(text);
  return runsOfRows({ x: 0, y: 0, width: data.length, height: 1, data })[0]!;
};

describe('runs', () => {
  it.each([
    ['0110010', [1, 3, 5, 6]],
    ['1001', [0, 1, 3, 4]],
    ['1111', [0, 4]],
    ['0000', []],
  ])('are where a row is 1: %s', (row, runs) => {
    expect(runsIn(row)).toEqual(runs);
  });

  it('do not go on in the next row', () => {
    const mask = { x: 0, y: 0, width: 2, height: 3, data: rowOf('011100') };
    expect(runsOfRows(mask)).toEqual([[1, 2], [0, 2], []]);
  });

  it('are intersected and subtracted as their pixels are', () => {
    const bytes = noise(4000);
    for (let at = 0; at + 40 <= bytes.length; at += 40) {
      const bits = (from: number) => [...bytes.subarray(from, from + 20)].map((byte) => (byte > 100 ? 1 : 0));
      const [a, b] = [bits(at), bits(at + 20)];
      const both = a.map((value, i) => value & b[i]!);
      const left = a.map((value, i) => value & (1 - b[i]!));
      expect(intersectRuns(runsIn(a.join('')), runsIn(b.join('')))).toEqual(runsIn(both.join('')));
      expect(subtractRuns(runsIn(a.join('')), runsIn(both.join('')))).toEqual(runsIn(left.join('')));
    }
  });
});
