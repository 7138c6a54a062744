import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.js';
import { areaOfRuns, type MaskRuns, regionMaskFromRuns } from './mask-runs.js';
import { fillSmallHoles, removeSmallIslands } from './remove-small-regions.js';

function runsOf(rows: readonly string[]): MaskRuns {
  const [width, height] = [rows[0]!.length, rows.length];
  const edges: number[] = [];
  let last = '0';
  for (let position = 0; position <= width * height; position++) {
    const value = rows[position % height]?.[Math.floor(position / height)] ?? '0';
    if (value !== last) edges.push(position);
    last = value;
  }
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.from(edges) };
}

function rowsOf(mask: MaskRuns): string[] {
  const { x, y, width, data } = regionMaskFromRuns(mask);
  const rows = Array.from({ length: mask.pictureHeight }, () => Array.from('0'.repeat(mask.pictureWidth)));
  for (const [i, value] of data.entries()) {
    rows[y + Math.floor(i / width)]![x + (i % width)] = String(value);
  }
  return rows.map((row) => row.join(''));
}

describe('islands', () => {
  it('that are too small are removed, and pixels that touch at their corners are one', () => {
    const mask = runsOf(['100011', '010011', '001000', '000001', '110000']);
    expect(rowsOf(removeSmallIslands(mask, 3))).toEqual(['100011', '010011', '001000', '000000', '000000']);
  });

  it('are left as they are when all are large enough', () => {
    const mask = runsOf(['1100', '0011']);
    expect(removeSmallIslands(mask, 4)).toBe(mask);
  });

  it('leave the largest when all are too small', () => {
    const mask = runsOf(['1000', '0011', '1000']);
    expect(rowsOf(removeSmallIslands(mask, 50))).toEqual(['0000', '0011', '0000']);
  });

  it('are none where there is no mask', () => {
    const mask = runsOf(['000', '000']);
    expect(removeSmallIslands(mask, 50)).toBe(mask);
  });
});

describe('holes', () => {
  it('that are too small are filled, at the edge of the picture too', () => {
    const mask = runsOf(['01111', '11001', '11001', '11111']);
    expect(rowsOf(fillSmallHoles(mask, 4))).toEqual(['11111', '11001', '11001', '11111']);
  });

  it('do not touch the ends of columns beside each other', () => {
    // In the run-length code the last of a column and the first of the next follow each other.
    const mask = runsOf(['1101', '1111', '1111', '1011']);
    expect(rowsOf(fillSmallHoles(mask, 2))).toEqual(['1111', '1111', '1111', '1111']);
  });

  it('fill the picture when there is no other', () => {
    expect(rowsOf(fillSmallHoles(runsOf(['00', '00']), 5))).toEqual(['11', '11']);
  });
});

/** Size of the part that a pixel is in: those of its own kind that it can reach, over corners too. */
function partSize(rows: readonly string[], x: number, y: number): number {
  const seen = new Set<string>();
  const open: [number, number][] = [[x, y]];
  while (open.length > 0) {
    const [column, row] = open.pop()!;
    if (rows[row]?.[column] !== rows[y]![x] || seen.has(`${column} ${row}`)) continue;
    seen.add(`${column} ${row}`);
    for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) open.push([column + dx, row + dy]);
  }
  return seen.size;
}

describe.each([60, 128, 200])('noise above %i', (level) => {
  const [width, height, minArea] = [23, 17, 4];
  const random = noise(width * height, level);
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (random[y * width + x]! > level ? '1' : '0')).join(''),
  );
  const replaced = (kind: string, other: string) =>
    rows.map((row, y) =>
      Array.from(row, (value, x) => (value === kind && partSize(rows, x, y) < minArea ? other : value)).join(
        '',
      ),
    );

  it('keeps the islands that are large enough', () => {
    const kept = removeSmallIslands(runsOf(rows), minArea);
    expect(rowsOf(kept)).toEqual(replaced('1', '0'));
    expect(areaOfRuns(kept)).toBeGreaterThan(0);
  });

  it('keeps the holes that are large enough', () => {
    expect(rowsOf(fillSmallHoles(runsOf(rows), minArea))).toEqual(replaced('0', '1'));
  });
});
