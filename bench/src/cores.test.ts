import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { allowedCores, dealCores, onCores, parseCoreList } from './cores.js';

describe('the cores of workers', () => {
  it('are read as the kernel lists them', () => {
    expect(parseCoreList('0-3,8,10-11')).toEqual([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCoreList('5')).toEqual([5]);
  });

  it('are each worker’s own as long as there are enough', () => {
    expect(dealCores([0, 1, 2, 3, 8, 9, 10, 11], 4, 2)).toEqual([
      [0, 1],
      [2, 3],
      [8, 9],
      [10, 11],
    ]);
  });

  it('are shared where there are too few', () => {
    expect(dealCores([0, 1], 4, 1)).toEqual([[0], [1], [0], [1]]);
    expect(dealCores([0, 1, 2], 2, 2)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it.skipIf(allowedCores() === null)('hold a started process, and not the one that starts it', () => {
    const before = allowedCores()!;
    const [first] = before;
    const parallelism = onCores([first!], () =>
      execFileSync(process.execPath, ['--print', 'os.availableParallelism()'], { encoding: 'utf8' }),
    );
    expect(parallelism.trim()).toBe('1');
    expect(allowedCores()).toEqual(before);
  });
});
