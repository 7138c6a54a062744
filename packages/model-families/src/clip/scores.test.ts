import { describe, expect, it } from 'vitest';
import { indexOfLargest, scoresOf, similarityOf } from './scores.js';

const CLIP = { scale: 100, bias: 0 };

describe('scores', () => {
  it('of softmax add up to 1, whatever is added to all logits', () => {
    const similarities = [0.21, 0.24, 0.2];
    const scores = scoresOf(similarities, CLIP, 'softmax');
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 12);
    expect(scores[1]! / scores[0]!).toBeCloseTo(Math.exp(3), 8);
    const shifted = scoresOf(similarities, { scale: 100, bias: 700 }, 'softmax');
    for (const [i, score] of scores.entries()) expect(shifted[i]).toBeCloseTo(score, 9);
  });

  it('of sigmoid are each for itself', () => {
    expect(scoresOf([0.1, 0.2], { scale: 100, bias: -15 }, 'sigmoid')).toEqual([
      Math.exp(-5) / (1 + Math.exp(-5)),
      1 / (1 + Math.exp(-5)),
    ]);
  });

  it('don’t overflow', () => {
    const huge = { scale: 10_000, bias: 0 };
    expect(scoresOf([1, -1], huge, 'softmax')).toEqual([1, 0]);
    expect(scoresOf([1, -1], huge, 'sigmoid')).toEqual([1, 0]);
  });

  it('of nothing are none, of two equal concepts the same', () => {
    expect(scoresOf([], CLIP, 'softmax')).toEqual([]);
    expect(scoresOf([0.3, 0.3], CLIP, 'softmax')).toEqual([0.5, 0.5]);
  });
});

it('a similarity is at most 1, also where unit length is only nearly that', () => {
  const nearly = Float32Array.of(0.8000001, 0.6000001);
  expect(similarityOf(nearly, nearly)).toBe(1);
  expect(
    similarityOf(
      nearly,
      nearly.map((value) => -value),
    ),
  ).toBe(-1);
});

it('of equally large numbers the first is the largest', () => {
  expect([indexOfLargest([1, 3, 3]), indexOfLargest([])]).toEqual([1, null]);
});
