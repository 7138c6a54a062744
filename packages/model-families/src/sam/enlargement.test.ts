import { areaOfRuns, fillSmallHoles, MaskEnlarger, removeSmallIslands } from '@darkroom/imaging';
import { describe, expect, it } from 'vitest';
import { goldenTensor } from '../testing/golden.js';
import { countsOf, runsFromCounts, samCases } from '../testing/sam-golden.js';
import { encoderPlacement, maskEnlargement } from './encoder-placement.js';
import { inclusiveBoxOf } from './found-mask.js';
import { MASK_THRESHOLD, stabilityScore, thresholdsWith } from './stability-score.js';

const { cells: cellsPerSide, side, pictures } = samCases.enlargements;
const cells = { width: cellsPerSide, height: cellsPerSide };

describe('masks are enlarged as by segment-anything', () => {
  it.each(pictures)('to $width × $height, at once: $at_once', async ({ width, height, at_once, masks }) => {
    const { data } = await goldenTensor('sam/logits.npy');
    const resize = at_once ? 'stretch' : 'longest-side';
    const placement = encoderPlacement({ width, height }, resize, side);
    const enlarger = new MaskEnlarger(maskEnlargement(placement, resize, cells));
    for (const [i, golden] of masks.entries()) {
      const logits = data.subarray(i * cellsPerSide ** 2, (i + 1) * cellsPerSide ** 2);
      const mask = enlarger.runsAbove(logits, MASK_THRESHOLD);
      expect(countsOf(mask)).toEqual(golden.counts);
      expect(inclusiveBoxOf(mask)).toEqual(golden.inclusive_box);
      expect(areaOfRuns(mask)).toBe(golden.area);
      for (const [k, offset] of [1, 2.5].entries()) {
        const enlarged = enlarger.enlarge(logits, thresholdsWith(offset));
        expect(stabilityScore(enlarged)).toBeCloseTo(golden.stability[k] ?? 0, 5);
        expect(enlarged.runs()).toEqual(mask);
      }
    }
  });
});

describe('small regions are removed as by segment-anything', () => {
  it.each(samCases.small_regions)('below $min_area of $width × $height', (golden) => {
    const mask = runsFromCounts(golden.mask, golden.width, golden.height);
    expect(countsOf(mask)).toEqual(golden.mask);
    const filled = fillSmallHoles(mask, golden.min_area);
    expect(countsOf(filled)).toEqual(golden.filled);
    expect(filled !== mask).toBe(golden.is_filled);
    const cleaned = removeSmallIslands(filled, golden.min_area);
    expect(countsOf(cleaned)).toEqual(golden.cleaned);
    expect(cleaned !== filled).toBe(golden.is_cleaned);
    expect(countsOf(removeSmallIslands(mask, golden.min_area))).toEqual(golden.islands_removed);
  });
});
