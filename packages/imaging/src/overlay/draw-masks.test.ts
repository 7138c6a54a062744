import { describe, expect, it } from 'vitest';
import type { MaskRuns } from '../masks/mask-runs.js';
import { distinctColor } from '../palettes/distinct-color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import { drawMasks } from './draw-masks.js';

const GREY = 100;
const [width, height] = [60, 40];
const grey = pixelsOf(new Uint8Array(width * height * 3).fill(GREY), width, height);

/** The runs of whole columns, from one up to another. */
function columns(from: number, to: number): MaskRuns {
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.of(from * height, to * height) };
}

const pixel = ({ data }: Pixels, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

const mixed = (index: number, share: number) =>
  distinctColor(index).map((value) => Math.round(GREY + (value - GREY) * share));

describe('drawn masks', () => {
  const drawn = drawMasks(grey, [columns(10, 50), columns(20, 30)]);

  it('are each in a colour of its own, half transparent, and nothing elsewhere', () => {
    expect(pixel(drawn, 15, 20)).toEqual(mixed(0, 0.4));
    expect(pixel(drawn, 25, 20)).toEqual(mixed(1, 0.4));
    expect(pixel(drawn, 55, 20)).toEqual([GREY, GREY, GREY]);
  });

  it('show small ones over large ones in their own colour, in whichever order they come', () => {
    const other = drawMasks(grey, [columns(20, 30), columns(10, 50)]);
    expect(pixel(other, 25, 20)).toEqual(mixed(0, 0.4));
    expect(pixel(other, 15, 20)).toEqual(mixed(1, 0.4));
  });

  it('have outlines, that of a small one over the large one too', () => {
    const distance = (x: number) => Math.abs(pixel(drawn, x, 20)[0]! - distinctColor(x < 20 ? 0 : 1)[0]);
    for (const [edge, inside] of [
      [10, 15],
      [20, 25],
    ] as const) {
      expect(distance(edge)).toBeLessThan(distance(inside));
    }
  });

  it('cover as much as is asked for, with an outline or without', () => {
    const plain = drawMasks(grey, [columns(10, 50)], { opacity: 0.25, hasOutlines: false });
    expect(pixel(plain, 10, 20)).toEqual(mixed(0, 0.25));
    expect(pixel(plain, 30, 20)).toEqual(mixed(0, 0.25));
  });

  it('leave the picture itself as it is', () => {
    expect(grey.data.every((value) => value === GREY)).toBe(true);
  });
});
