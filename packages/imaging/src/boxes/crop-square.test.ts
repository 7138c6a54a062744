import { describe, expect, it } from 'vitest';
import type { RegionMask } from '../masks/region-mask.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';
import { noise } from '../testing/noise.js';
import { cropSquare, type SquareCropOptions } from './crop-square.js';

const picture = pixelsOf(noise(20 * 10 * 3), 20, 10);
const plain = [1, 2, 3] as const;
const bare: SquareCropOptions = { mask: null, margin: 0, color: plain, longestSide: 100 };

const pixelOf = ({ width, data }: Pixels, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

/** Which pixel of the picture each one of a crop is, `.` where it is none. */
function positions(crop: Pixels, left: number, top: number): string[] {
  return Array.from({ length: crop.height }, (_, y) =>
    Array.from({ length: crop.width }, (_, x) => {
      const pixel = pixelOf(crop, x, y);
      if (pixel.join() === plain.join()) return '.';
      expect(pixel).toEqual(pixelOf(picture, left + x, top + y));
      return '#';
    }).join(''),
  );
}

/** All ones. */
const maskOf = ([x0, y0, x1, y1]: Box, data?: readonly number[]): RegionMask => {
  const [width, height] = [x1 - x0, y1 - y0];
  const ones = new Uint8Array(width * height).fill(1);
  return { x: x0, y: y0, width, height, data: data ? Uint8Array.from(data) : ones };
};

describe('the square around a box', () => {
  it('shows the picture there, the box in its middle', () => {
    expect(positions(cropSquare(picture, [5, 4, 9, 6], bare), 5, 3)).toEqual([
      '####',
      '####',
      '####',
      '####',
    ]);
  });

  it('is grown by a share of the longer side on each side', () => {
    const crop = cropSquare(picture, [5, 4, 9, 6], { ...bare, margin: 0.25 });
    expect(positions(crop, 4, 2)).toEqual(new Array(6).fill('######'));
  });

  it('is plain where it leaves the picture', () => {
    const crop = cropSquare(picture, [17, 0, 20, 1], { ...bare, margin: 0.34 });
    expect(positions(crop, 16, -2)).toEqual(['.....', '.....', '####.', '####.', '####.']);
  });

  it('shows of a mask its pixels alone', () => {
    const box: Box = [5, 4, 9, 6];
    const mask = maskOf(box, [1, 0, 0, 1, 0, 1, 1, 0]);
    expect(positions(cropSquare(picture, box, { ...bare, mask }), 5, 3)).toEqual([
      '....',
      '#..#',
      '.##.',
      '....',
    ]);
  });

  it('may be of one pixel, or of all of the picture', () => {
    const box: Box = [19, 9, 20, 10];
    expect(positions(cropSquare(picture, box, { ...bare, mask: maskOf(box) }), 19, 9)).toEqual(['#']);
    const whole = cropSquare(picture, [0, 0, 20, 10], bare);
    expect(
      positions(whole, 0, -5)
        .map((row) => row[0])
        .join(''),
    ).toBe('.....##########.....');
  });

  it('is made smaller where it would take too much memory, an edge of one pixel too', () => {
    const long = pixelsOf(new Uint8Array(3000 * 3).fill(200), 3000, 1);
    const box: Box = [0, 0, 3000, 1];
    for (const mask of [null, maskOf(box)]) {
      const crop = cropSquare(long, box, { ...bare, mask });
      expect([crop.width, crop.height]).toEqual([100, 100]);
      const rows = Array.from({ length: 100 }, (_, y) => pixelOf(crop, 50, y)[0]);
      expect(rows.filter((value) => value === 200)).toHaveLength(1);
    }
  });
});
