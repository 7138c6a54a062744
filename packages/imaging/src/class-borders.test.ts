import { describe, expect, it } from 'vitest';
import { markClassBorders } from './class-borders.js';

function marked(rows: string[], lineWidth: number): string[] {
  const [width, height] = [rows[0]!.length, rows.length];
  const classIds = Uint8Array.from(rows.join(''), Number);
  const isBorder = markClassBorders(classIds, width, height, lineWidth);
  return rows.map((_, y) => [...isBorder.subarray(y * width, (y + 1) * width)].join(''));
}

describe('class borders', () => {
  it('run on both sides of a change, as wide as asked', () => {
    expect(marked(['0000111'], 1)).toEqual(['0001100']);
    expect(marked(['0000111'], 2)).toEqual(['0011110']);
    expect(marked(['0', '0', '1', '1', '1'], 2)).toEqual(['1', '1', '1', '1', '0']);
  });

  it('end at the edge of the picture', () => {
    expect(marked(['01', '01'], 5)).toEqual(['11', '11']);
    expect(marked(['000', '000', '001'], 4)).toEqual(['001', '001', '111']);
  });

  it('are nowhere in a picture of one class', () => {
    expect(marked(['222', '222'], 3)).toEqual(['000', '000']);
  });
});
