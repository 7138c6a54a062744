import { describe, expect, it } from 'vitest';
import { masks, readGoldenMask } from '../testing/detection-golden.js';
import { decodeRle } from './decode-rle.js';
import { encodeRle } from './encode-rle.js';
import { maskArea, maskBox, regionMaskFrom } from './region-mask.js';

const LIMITS = { maxPixels: 2_000_000 };

describe.each(masks)('the run-length code of the mask $name', ({ name, size, counts, area, box }) => {
  it('is that of pycocotools in every byte', async () => {
    const { data, width, height } = await readGoldenMask(name);
    expect(encodeRle(regionMaskFrom(data, width, height), width, height)).toEqual({ size, counts });
    expect(encodeRle({ x: 0, y: 0, width, height, data }, width, height)).toEqual({ size, counts });
  });

  it('gives back the mask', async () => {
    const { data, width, height } = await readGoldenMask(name);
    const mask = decodeRle({ size, counts }, LIMITS);
    expect(mask).toEqual(regionMaskFrom(data, width, height));
    expect([maskArea(mask), maskBox(mask)]).toEqual([area, box]);
  });
});

describe('a run-length code', () => {
  const decode = (counts: string, height = 4, width = 5) =>
    decodeRle({ size: [height, width], counts }, LIMITS);

  it('holds runs of pictures as large as they get', () => {
    const side = 65_535;
    const lastPixel = { x: side - 1, y: side - 1, width: 1, height: 1, data: Uint8Array.of(1) };
    const rle = encodeRle(lastPixel, side, side);
    expect(rle.counts).toBe('PPPloo31');
    expect(decodeRle(rle, { maxPixels: side * side })).toEqual(lastPixel);
  });

  it('is taken with runs of no length', () => {
    expect(decode('00d0')).toEqual(decode('d0'));
    expect(decode('0001c0')).toMatchObject({ x: 0, y: 0, width: 1, height: 1 });
  });

  it.each([
    ['a space', 'd 0', 'from 0 to o in a run-length code, got " " at 1'],
    ['a letter beyond o', 'dp', 'got "p" at 1'],
    ['another alphabet', 'dж', 'got "ж" at 1'],
    ['a cut', 'dP', 'cut off after 2 characters'],
    ['a number without end', 'PPPPPPPPPP0', 'at most 7 characters for a run'],
    ['no runs', '', 'cover 20 pixels, got runs that cover 0'],
    ['too few pixels', '5', 'got runs that cover 5'],
    ['too many pixels', '0e0', 'got more than that at character 1'],
    ['a run of most of the world', 'PPPPPP?', 'got more than that at character 0'],
    ['a negative run', '0O', 'got one of -1 at character 1'],
    ['a run that a difference makes negative', '011I', 'got one of -6 at character 3'],
    ['endless runs of nothing', '0'.repeat(1000), 'at most 54 characters for 20 pixels, got 1000'],
  ])('is refused with %s', (_, counts, message) => {
    expect(() => decode(counts)).toThrow(RangeError);
    expect(() => decode(counts)).toThrow(message);
  });

  it.each([
    [1_000_000, 1_000_000],
    [0, 5],
    [-4, -5],
    [2.5, 4],
    [Number.NaN, 1],
  ])('is refused for a picture of %s × %s', (height, width) => {
    expect(() => decode('d0', height, width)).toThrow('at most 2000000 pixels');
  });

  it('is refused for a mask that reaches out of the picture', () => {
    const mask = { x: 3, y: 0, width: 3, height: 1, data: new Uint8Array(3) };
    expect(() => encodeRle(mask, 5, 4)).toThrow('inside the picture of 5 × 4');
    expect(() => encodeRle({ ...mask, x: -1 }, 5, 4)).toThrow('at (-1, 0)');
    expect(() => encodeRle({ ...mask, x: 0, data: new Uint8Array(2) }, 5, 4)).toThrow('got 2 values');
  });
});
