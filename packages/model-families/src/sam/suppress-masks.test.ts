import type { Box, MaskRuns } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import { countsOf, runsFromCounts } from '../testing/sam-golden.js';
import { type FoundMask, inclusiveBoxOf } from './found-mask.js';
import { cleanMasks, suppressBetweenCrops, suppressWithinCrop } from './suppress-masks.js';

function found(mask: MaskRuns, predictedIou = 0.9, cropBox: Box = [0, 0, 7, 7]): FoundMask {
  return {
    mask,
    inclusiveBox: inclusiveBoxOf(mask),
    predictedIou,
    stabilityScore: 1,
    point: [3, 3],
    cropBox,
  };
}

const full = runsFromCounts([0, 49], 7, 7);
/** A square with a ring of eight pixels cut out around its middle. */
const ring = runsFromCounts([0, 16, 3, 4, 1, 1, 1, 4, 3, 16], 7, 7);
const topLeft = runsFromCounts([0, 2, 5, 2, 40], 7, 7);

describe('of masks that overlap', () => {
  it('the best of a crop is kept, best first', () => {
    const masks = [found(full, 0.8), found(topLeft, 0.85), found(ring, 0.9)];
    expect(suppressWithinCrop(masks, 0.7)).toEqual([masks[2], masks[1]]);
  });

  it('that of the smallest crop is kept', () => {
    const masks = [found(full, 0.9, [0, 0, 70, 70]), found(ring, 0.8)];
    expect(suppressBetweenCrops(masks, 0.7)).toEqual([masks[1]]);
  });

  it('one that needed no cleaning is kept', () => {
    const masks = [found(ring, 0.95), found(full, 0.9)];
    expect(cleanMasks(masks, 9, 0.7)).toEqual([masks[1]]);
  });
});

it('holes are filled before islands are removed, so that one in a small hole stays', () => {
  const [clean] = cleanMasks([found(ring)], 9, 0.7);
  expect(countsOf(clean!.mask)).toEqual([0, 49]);
});
