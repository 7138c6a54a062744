import { describe, expect, it } from 'vitest';
import type { MaskRuns } from '../masks/mask-runs.js';
import { distinctColor } from '../palettes/distinct-color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import { drawCaption } from './draw-caption.js';
import { drawMasks, drawNamedMasks } from './draw-masks.js';

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

describe('drawn masks with names', () => {
  const red = [255, 0, 0] as const;
  const blue = [0, 0, 255] as const;
  const large = { mask: columns(10, 50), color: red, text: '' };
  const small = { mask: columns(20, 30), color: blue, text: '' };
  const count = ({ data }: Pixels, [r, g, b]: readonly number[]) => {
    let found = 0;
    for (let i = 0; i < data.length; i += 3) {
      if (data[i] === r && data[i + 1] === g && data[i + 2] === b) found++;
    }
    return found;
  };

  it('have the colours that are given', async () => {
    const drawn = await drawNamedMasks(grey, [large, small]);
    expect(pixel(drawn, 15, 20)).toEqual([162, 60, 60]);
    expect(pixel(drawn, 25, 20)).toEqual([60, 60, 162]);
  });

  it('have a label each, and none where there is no text or no pixel', async () => {
    const bare = await drawNamedMasks(grey, [large, small]);
    expect([count(bare, red), count(bare, blue)]).toEqual([0, 0]);
    const named = await drawNamedMasks(grey, [
      { ...large, text: 'a' },
      { ...small, text: 'b' },
      { mask: { ...columns(0, 1), edges: new Uint32Array() }, color: blue, text: 'nothing' },
    ]);
    expect(count(named, red)).toBeGreaterThan(20);
    expect(count(named, blue)).toBeGreaterThan(20);
  });

  it('a caption stands in the corner', async () => {
    const drawn = await drawCaption(grey, 'ab', blue);
    expect(pixel(drawn, 1, 1)).toEqual([...blue]);
    expect(pixel(drawn, 50, 35)).toEqual([GREY, GREY, GREY]);
    expect((await drawCaption(grey, '', blue)).data).toEqual(grey.data);
  });
});
