import { describe, expect, it } from 'vitest';
import { type TimedBatch, timeBatch, usualOf } from './timed-batch.js';

const batch = (times: number[], others = 0): TimedBatch<number> => ({
  times,
  processorMs: Math.max(...times),
  use: { ours: 1, others, stolen: 0 },
});
const itself = (ms: number) => ms;

describe('runs of one kind', () => {
  it('are counted where the machine was left alone', () => {
    expect(usualOf([batch([1, 5]), batch([9, 9], 0.5), batch([3])], itself)).toEqual({
      p50: 3,
      least: 1,
      processorMs: 4,
    });
    expect(usualOf([batch([4, 6], 2)], itself)).toEqual({ p50: 5, least: 4, processorMs: 6 });
  });

  it('are told with the processor time that each took', async () => {
    const { times, processorMs } = await timeBatch([process.pid], 2, async (index) => {
      const endMs = performance.now() + 60;
      while (performance.now() < endMs);
      return index;
    });
    expect(times).toEqual([0, 1]);
    expect(processorMs).toBeGreaterThan(0);
  });
});
