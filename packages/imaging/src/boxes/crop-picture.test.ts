import { describe, expect, it } from 'vitest';
import { pixelsOf } from '../pixels.js';
import { cropPicture } from './crop-picture.js';

/** Pixel (x, y) is [x, y, 7]. */
const picture = pixelsOf(
  Uint8Array.from({ length: 10 * 8 * 3 }, (_, i) => [Math.floor(i / 3) % 10, Math.floor(i / 30), 7][i % 3]!),
  10,
  8,
);

function cornersOf({ width, height, data }: ReturnType<typeof cropPicture>) {
  return { size: [width, height], first: [...data.subarray(0, 2)], last: [...data.subarray(-3, -1)] };
}

describe('a crop', () => {
  it('holds the pixels of its box', () => {
    const crop = cropPicture(picture, [2, 3, 6, 5], 0);
    expect(cornersOf(crop)).toEqual({ size: [4, 2], first: [2, 3], last: [5, 4] });
  });

  it('holds pixels that the box covers in part', () => {
    const crop = cropPicture(picture, [2.9, 3.1, 5.2, 4.01], 0);
    expect(cornersOf(crop)).toEqual({ size: [4, 2], first: [2, 3], last: [5, 4] });
  });

  it('is padded as far as the picture goes', () => {
    expect(cornersOf(cropPicture(picture, [2, 3, 6, 5], 1))).toEqual({
      size: [6, 4],
      first: [1, 2],
      last: [6, 5],
    });
    expect(cropPicture(picture, [2, 3, 6, 5], 1e9)).toEqual(picture);
  });

  it.each([[[10, 8, 10, 8]], [[0, 0, 0, 0]], [[4, 4, 4, 4]], [[-20, 30, -10, 40]], [[6, 5, 2, 3]]] as const)(
    'holds one pixel at least: %j',
    (box) => {
      expect(cropPicture(picture, box, 0)).toMatchObject({ width: 1, height: 1 });
    },
  );

  it('refuses what is not a number, and negative padding', () => {
    expect(() => cropPicture(picture, [0, 0, Number.NaN, 3], 0)).toThrow('finite');
    expect(() => cropPicture(picture, [0, 0, 2, 3], -1)).toThrow('padding of 0 or more');
  });
});
