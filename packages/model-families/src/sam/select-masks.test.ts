import { describe, expect, it } from 'vitest';
import { samCases } from '../testing/sam-golden.js';
import { selectMasks } from './select-masks.js';

describe('the mask chosen', () => {
  it.each(samCases.select_masks)('of a prompt with $tokens tokens is that of segment-anything', (golden) => {
    const iouPredictions = golden.iou_predictions;
    const choice = { iouPredictions, tokens: golden.tokens, hasSingleMask: true, multimask: false };
    expect(selectMasks(choice)).toEqual([golden.selected]);
  });

  it('is the best where the graph gives no single mask, however many points there are', () => {
    const iouPredictions = [0.4, 0.8, 0.6];
    for (const tokens of [1, 2, 3, 9]) {
      const choice = { iouPredictions, tokens, hasSingleMask: false, multimask: false };
      expect(selectMasks(choice)).toEqual([1]);
    }
  });

  it('is the only one there is', () => {
    const choice = { iouPredictions: [0.1], tokens: 2, hasSingleMask: true };
    expect(selectMasks({ ...choice, multimask: false })).toEqual([0]);
    expect(selectMasks({ ...choice, multimask: true })).toEqual([0]);
  });
});

describe('all candidates', () => {
  const iouPredictions = [0.4, 0.8, 0.6, 0.2];

  it('leave out the single mask', () => {
    const choice = { iouPredictions, tokens: 2, hasSingleMask: true, multimask: true };
    expect(selectMasks(choice)).toEqual([1, 2, 3]);
  });

  it('are all masks where there is no single one', () => {
    const choice = { iouPredictions, tokens: 2, hasSingleMask: false, multimask: true };
    expect(selectMasks(choice)).toEqual([0, 1, 2, 3]);
  });
});
