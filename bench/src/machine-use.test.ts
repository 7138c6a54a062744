import { describe, expect, it } from 'vitest';
import { disturbanceLines, isUndisturbed, parseMachineTimes, undisturbedOf } from './machine-use.js';

describe('the use of the machine', () => {
  it('counts work, neither rest nor waiting for disks, and what was stolen apart', () => {
    const stat = 'cpu  100 20 30 9000 500 4 6 8 40 0\ncpu0 50 10 15 4500 250 2 3 4 20 0\nintr 1\n';
    expect(parseMachineTimes(stat)).toEqual({ busyMs: 1600, stolenMs: 80 });
  });
});

describe('a measurement', () => {
  const use = (others: number, stolen = 0) => ({ ours: 1.5, others, stolen });

  it('is undisturbed where neither this machine nor its host had much else to do', () => {
    expect(isUndisturbed(use(0.02), use(0, 0.03))).toBe(true);
    expect(isUndisturbed(use(0.02), use(0.5))).toBe(false);
    expect(isUndisturbed(use(0.06, 0.06))).toBe(false);
    expect(isUndisturbed(null)).toBe(true);
  });

  it('counts where it was undisturbed, and all count where none was', () => {
    const quiet = { name: 'quiet', use: use(0) };
    const busy = { name: 'busy', use: use(1) };
    expect(undisturbedOf([quiet, busy], (one) => [one.use])).toEqual([quiet]);
    expect(undisturbedOf([busy], (one) => [one.use])).toEqual([busy]);
  });

  it('says so where others had their share of it, and nothing where not', () => {
    expect(disturbanceLines([use(0), null])).toEqual([]);
    expect(disturbanceLines([use(1), use(0)]).at(-1)).toContain('in 1 of 2 measurements');
  });
});
