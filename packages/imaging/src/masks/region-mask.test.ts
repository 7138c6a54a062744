import { describe, expect, it } from 'vitest';
import { masks, readGoldenMask } from '../testing/detection-golden.js';
import { cropMask, maskArea, maskBox, type RegionMask, regionMaskFrom } from './region-mask.js';

describe.each(masks)('the mask $name', ({ name, area, box }) => {
  it('becomes the smallest region, with the area and box of pycocotools', async () => {
    const { data, width, height } = await readGoldenMask(name);
    const mask = regionMaskFrom(data, width, height);
    expect(maskArea(mask)).toBe(area);
    expect(maskBox(mask)).toEqual(box);
    const [x0, y0, x1, y1] = box ?? [0, 0, 0, 0];
    expect(mask).toMatchObject({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
    expect(maskBox({ x: 0, y: 0, width, height, data })).toEqual(box);
  });
});

describe('a mask', () => {
  const rows = (...lines: string[]): RegionMask => ({
    x: 10,
    y: 20,
    width: lines[0]!.length,
    height: lines.length,
    data: Uint8Array.from(lines.join(''), Number),
  });

  it('is cropped to a box of the picture, as small as possible', () => {
    const mask = rows('11000', '01100', '00110', '00011');
    expect(cropMask(mask, [11, 20, 13, 30])).toEqual({ ...rows('10', '11', '01'), x: 11 });
    expect(cropMask(mask, [0, 0, 99, 99])).toEqual(mask);
    expect(cropMask(mask, [13, 20, 15, 22])).toMatchObject({ width: 0, height: 0 });
    expect(cropMask(mask, [50, 50, 60, 60])).toMatchObject({ width: 0, height: 0 });
  });

  it('keeps the pixels whose numbers lie within the box', () => {
    const mask = rows('1111');
    expect(cropMask(mask, [11, 20, 12.5, 21])).toMatchObject({ x: 11, width: 2 });
    expect(cropMask(mask, [11.2, 20, 13, 21])).toMatchObject({ x: 12, width: 1 });
  });

  it('must have a value for each pixel', () => {
    expect(() => regionMaskFrom(new Uint8Array(5), 2, 3)).toThrow('2 × 3 = 6 pixels, got 5');
  });
});
