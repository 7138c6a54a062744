import { describe, expect, it } from 'vitest';
import { CandidateList } from './candidate-list.js';

/** A list of these scores, whose sources are their places. */
function listOf(scores: readonly number[]): CandidateList {
  const list = new CandidateList();
  for (const [i, score] of scores.entries()) {
    list.add(i, i % 7, score);
    list.placeBox(i, i, 0, i + 1, 1);
  }
  return list;
}

describe('the list of candidates', () => {
  it('grows with what it is given', () => {
    const list = listOf(Array.from({ length: 1000 }, (_, i) => i));
    expect(list.length).toBe(1000);
    expect(list.scores[999]).toBe(999);
    expect(list.classIds[999]).toBe(999 % 7);
    expect([...list.boxes.subarray(4 * 999)]).toEqual([999, 0, 1000, 1]);
  });

  it('keeps the best in their order, and of equal ones the first', () => {
    const list = listOf([0.5, 0.25, 0.75, 0.5, 0.125, 0.5]);
    list.keepBest(3);
    expect([...list.sources]).toEqual([0, 2, 3]);
    expect([...list.scores]).toEqual([0.5, 0.75, 0.5]);
    expect([...list.boxes].filter((_, i) => i % 4 === 0)).toEqual([0, 2, 3]);
  });

  it('keeps what has a box of numbers', () => {
    const list = listOf([1, 1, 1, 1]);
    list.placeBox(1, 0, Number.NaN, 1, 1);
    list.placeBox(2, -Infinity, 0, Infinity, 1);
    list.keepFinite();
    expect([...list.sources]).toEqual([0, 3]);
  });

  it('lets go of the worst where millions are given', () => {
    const list = new CandidateList();
    const count = 1_000_000;
    for (let i = 0; i < count; i++) list.add(i, 0, ((i * 7919) % count) / count);
    expect(list.length).toBeLessThan(count);
    list.keepBest(10);
    const best = Array.from({ length: 10 }, (_, i) => Math.fround((count - 1 - i) / count));
    expect([...list.scores].sort((a, b) => b - a)).toEqual(best);
  });
});
