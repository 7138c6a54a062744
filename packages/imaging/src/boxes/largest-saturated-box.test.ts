import { describe, expect, it } from 'vitest';
import type { Color } from '../palettes/color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';
import { largestSaturatedBox } from './largest-saturated-box.js';

const RED: Color = [200, 40, 40];
const GREY: Color = [120, 125, 118];
/** As colourful as red, but too dark to tell. */
const NEARLY_BLACK: Color = [20, 4, 4];

function grey(width: number, height: number, parts: readonly (readonly [Box, Color])[]): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = parts.findLast(([[x0, y0, x1, y1]]) => x >= x0 && x < x1 && y >= y0 && y < y1);
      data.set(inside?.[1] ?? GREY, (y * width + x) * 3);
    }
  }
  return pixelsOf(data, width, height);
}

describe('the largest saturated region', () => {
  it('is boxed, whatever smaller ones there are', () => {
    const picture = grey(90, 60, [
      [[5, 5, 15, 12], RED],
      [[40, 20, 80, 50], RED],
    ]);
    expect(largestSaturatedBox(picture)).toEqual([40, 20, 80, 50]);
  });

  it('hangs together at corners, and may have holes', () => {
    const picture = grey(60, 60, [
      [[10, 10, 30, 30], RED],
      [[15, 15, 20, 20], GREY],
      [[30, 30, 50, 40], RED],
    ]);
    expect(largestSaturatedBox(picture)).toEqual([10, 10, 50, 40]);
  });

  it('of a large picture is boxed to a few pixels', () => {
    const box = [701, 502, 1503, 1204] as const;
    const found = largestSaturatedBox(grey(2400, 1800, [[box, RED]]))!;
    for (const [i, edge] of found.entries()) expect(Math.abs(edge - box[i]!)).toBeLessThanOrEqual(3);
  });

  it.each([
    ['no colour', []],
    ['too dark to tell', [[[10, 10, 80, 50], NEARLY_BLACK]]],
    ['specks alone', [[[10, 10, 14, 14], RED]]],
  ] as const)('is none where there is %s', (_, parts) => {
    expect(largestSaturatedBox(grey(90, 60, parts))).toBeNull();
  });
});
