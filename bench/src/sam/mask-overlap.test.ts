import { encodeRle } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import { maskOverlap } from './mask-overlap.js';

const size = { width: 6, height: 4 };

/** The rows 1 and 2 of some columns. */
function mask(x: number, width: number) {
  const region = { x, y: 1, width, height: 2, data: new Uint8Array(2 * width).fill(1) };
  const { size: side, counts } = encodeRle(region, size.width, size.height);
  const pixels = new Uint8Array(size.width * size.height);
  for (const row of [1, 2]) pixels.fill(1, row * size.width + x, row * size.width + x + width);
  return { rle: { size: [...side], counts }, pixels };
}

describe('the overlap of a mask in a result with one of pixels', () => {
  it('is the intersection by the union', () => {
    expect(maskOverlap(mask(1, 3), mask(1, 3).pixels, size)).toBe(1);
    expect(maskOverlap(mask(1, 3), mask(2, 3).pixels, size)).toBeCloseTo(4 / 8);
    expect(maskOverlap(mask(0, 2), mask(4, 2).pixels, size)).toBe(0);
  });

  it('is whole where both are empty', () => {
    const empty = new Uint8Array(size.width * size.height);
    expect(maskOverlap(mask(0, 0), empty, size)).toBe(1);
    expect(maskOverlap(mask(0, 0), mask(1, 1).pixels, size)).toBe(0);
  });
});
