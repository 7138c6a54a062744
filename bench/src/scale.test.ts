import { describe, expect, it } from 'vitest';
import { scaleRows } from './scale.js';
import { scaleReport } from './scale-report.js';

describe('the numbers of workers', () => {
  it('are compared with one worker that has the whole machine', () => {
    const shares = scaleRows([1, 2, 4], [0, 1], 1).map((row) => row.shares);
    expect(shares).toEqual([[null], [[0]], [[0], [1]], [[0], [1], [0], [1]]]);
  });

  it('share all cores where a worker cannot be held to some', () => {
    expect(scaleRows([1, 2], null, null).map((row) => row.shares)).toEqual([[null], [null, null]]);
  });
});

describe('the report of scale', () => {
  it('says what the cores allow at most, so that nobody expects four workers to help two cores', () => {
    const round = (jobsPerSecond: number) => ({ jobs: 40, elapsedMs: 8000, jobsPerSecond, use: null });
    const rows = scaleRows([1, 2, 4], [0, 1], 1).map((row, i) => ({
      ...row,
      rounds: [round([8, 5, 9, 8.5][i]!)],
    }));
    const model = { id: 'heavy', graphFile: '', iterations: 200 };
    const lines = scaleReport({
      coresPerWorker: 1,
      cores: 2,
      clients: 16,
      graphs: [{ model, runMs: 200, rows }],
    });
    const numbers = lines.slice(-4).map((line) => line.split(/\s{2,}/));
    expect(numbers).toEqual([
      ['1 on all cores', '2', '8.00', '8.00', '1.60', '2.00', '–'],
      ['1', '1', '5.00', '5.00', '1.00', '1.00', '–'],
      ['2', '2', '9.00', '9.00', '1.80', '2.00', '–'],
      ['4', '2', '8.50', '8.50', '1.70', '2.00', '–'],
    ]);
  });
});
