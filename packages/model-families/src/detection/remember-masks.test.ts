import { describe, expect, it } from 'vitest';
import { rememberMasks } from './remember-masks.js';

/** Detections with masks of so many bytes, and how often each mask was made. */
function detections(sizes: readonly number[]) {
  const made = sizes.map(() => 0);
  const detected = sizes.map((size, i) => ({
    classId: 0,
    score: 1,
    box: [0, 0, size, 1] as const,
    mask: () => {
      made[i]!++;
      return { x: 0, y: 0, width: size, height: 1, data: new Uint8Array(size) };
    },
  }));
  return { made, detected };
}

describe('masks', () => {
  it('are made when they are first asked for, and once as far as memory goes', () => {
    const { made, detected } = detections([10, 95, 20]);
    const remembering = rememberMasks(detected, 100);
    expect(made).toEqual([0, 0, 0]);
    for (let round = 0; round < 3; round++) {
      expect(remembering.map(({ mask }) => mask!().width)).toEqual([10, 95, 20]);
    }
    expect(made).toEqual([1, 3, 1]);
  });

  it('need not be there', () => {
    const without = { classId: 0, score: 1, box: [0, 0, 1, 1] as const, mask: null };
    expect(rememberMasks([without])).toEqual([without]);
  });
});
