import { describe, expect, it } from 'vitest';
import { FittingSize } from './fitting-size.js';

/** Runs of as many as it allows of 64, in memory for `room`. @returns the sizes run, in order, failed ones too */
function runs(fitting: FittingSize, room: number, count: number): number[] {
  const sizes: number[] = [];
  for (let done = 0; done < count; done++) {
    let size = fitting.atMost(64);
    for (; size > room; size = fitting.halve(size)) sizes.push(size);
    fitting.fits(size);
    sizes.push(size);
  }
  return sizes;
}

describe('the size that memory suffices for', () => {
  it('is any size until one was too large', () => {
    expect(runs(new FittingSize(), 100, 3)).toEqual([64, 64, 64]);
  });

  it('is found once and remembered', () => {
    expect(runs(new FittingSize(), 20, 4)).toEqual([64, 32, 16, 16, 16, 16]);
  });

  it('grows again by and by where memory was short for a while', () => {
    const fitting = new FittingSize();
    runs(fitting, 20, 1);
    const later = runs(fitting, 100, 200);
    expect([...new Set(later)]).toEqual([16, 32, 64]);
  });

  it('is tried less and less often where memory stays short', () => {
    const fitting = new FittingSize();
    runs(fitting, 20, 1);
    const trials = (count: number) => runs(fitting, 20, count).filter((size) => size > 20).length;
    const early = trials(500);
    const late = trials(500);
    expect(early).toBeGreaterThan(1);
    expect(late).toBeLessThan(early);
  });

  it('is not told by runs of fewer', () => {
    const fitting = new FittingSize();
    fitting.halve(8);
    for (let i = 0; i < 1_000; i++) fitting.fits(3);
    expect(fitting.atMost(64)).toBe(4);
  });
});
