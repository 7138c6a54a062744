import { describe, expect, it } from 'vitest';
import { parseProcessorMs, processorTimesPerJob, readProcessorTimes } from './processor-time.js';

describe('processor time', () => {
  it('is read past a name that looks like fields', () => {
    const stat = '42 (a) S 9 9 9) S 1 42 42 0 -1 4194560 800 0 0 0 250 31 7 7 20 0 11 0 100 1000 200 0';
    expect(parseProcessorMs(stat)).toBe(2810);
  });

  it('is shared out among the jobs between two readings', () => {
    const before = { api: 100, worker: 50 };
    const after = { api: 700, worker: 90 };
    expect(processorTimesPerJob(before, after, 20)).toEqual({ api: 30, worker: 2 });
  });

  it('is unknown of a process that is gone', () => {
    const gone = readProcessorTimes({ api: 2 ** 30 });
    expect(gone).toEqual({ api: null });
    expect(processorTimesPerJob({ api: 5 }, gone, 1)).toEqual({ api: null });
  });
});
