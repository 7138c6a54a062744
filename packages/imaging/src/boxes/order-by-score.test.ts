import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.js';
import { orderByScore } from './order-by-score.js';

/** What a sort with a comparison makes of it. */
function sorted(scores: Float32Array): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
}

describe('the order by score', () => {
  it('puts the highest first, whatever sign and size it has', () => {
    const scores = Float32Array.of(-1e-40, 3, -Infinity, 1e-40, 1e30, 0, -3, Infinity, -1e30);
    expect([...orderByScore(scores)]).toEqual([7, 4, 1, 3, 5, 0, 6, 8, 2]);
  });

  it('leaves equal scores in the order of their indices, −0 and 0 too', () => {
    expect([...orderByScore(Float32Array.of(0.5, -0, 0.25, 0, 0.5, -0))]).toEqual([0, 4, 2, 1, 3, 5]);
  });

  it('is that of a sort with a comparison for many scores, some of them equal', () => {
    const bytes = noise(40_000);
    const scores = Float32Array.from({ length: 10_000 }, (_, i) => {
      const isCoarse = i % 3 === 0;
      return (isCoarse ? bytes[i]! : bytes[i]! * 256 + bytes[i + 10_000]!) / 300 - 20;
    });
    expect([...orderByScore(scores)]).toEqual(sorted(scores));
  });

  it('of no scores is none', () => {
    expect(orderByScore(new Float32Array(0))).toEqual(new Uint32Array(0));
  });
});
