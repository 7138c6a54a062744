import { describe, expect, it } from 'vitest';
import { masks, readGoldenMask } from '../testing/detection-golden.js';
import { decodeRuns } from './decode-rle.js';
import { areaOfRuns, boxOfRuns, encodeRuns, type MaskRuns, regionMaskFromRuns } from './mask-runs.js';
import { regionMaskFrom } from './region-mask.js';

/** Goes through a mask pixel by pixel, column by column. */
function runsOf(data: Uint8Array, width: number, height: number): MaskRuns {
  const edges: number[] = [];
  let last = 0;
  for (let position = 0; position <= width * height; position++) {
    const isInPicture = position < width * height;
    const value = isInPicture ? data[(position % height) * width + Math.floor(position / height)]! : 0;
    if (value !== last) edges.push(position);
    last = value;
  }
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.from(edges) };
}

describe.each(masks)('the mask $name, in runs', ({ name, area, box, size, counts }) => {
  it('has the area, the box and the code of pycocotools', async () => {
    const { data, width, height } = await readGoldenMask(name);
    const runs = runsOf(data, width, height);
    expect(areaOfRuns(runs)).toBe(area);
    expect(boxOfRuns(runs)).toEqual(box);
    expect(encodeRuns(runs)).toEqual({ size, counts });
    const [rleHeight, rleWidth] = size as [number, number];
    expect(decodeRuns({ size: [rleHeight, rleWidth], counts }, { maxPixels: 1e7 })).toEqual(runs);
  });

  it('becomes the smallest region that holds it', async () => {
    const { data, width, height } = await readGoldenMask(name);
    expect(regionMaskFromRuns(runsOf(data, width, height))).toEqual(regionMaskFrom(data, width, height));
  });
});

describe('a run-length code of another writer', () => {
  it('may have runs without length, which part nothing', () => {
    // 2 zeros, 3 ones, 0 zeros, 4 ones, 3 zeros; the fourth as its difference to the second, the fifth to the third.
    const rle = { size: [4, 3] as const, counts: '23013' };
    const runs = decodeRuns(rle, { maxPixels: 12 });
    expect([...runs.edges]).toEqual([2, 9]);
    expect(areaOfRuns(runs)).toBe(7);
    expect(() => decodeRuns(rle, { maxPixels: 11 })).toThrow('at most 11 pixels');
  });
});
