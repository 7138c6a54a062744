import { describe, expect, it } from 'vitest';
import { inThisProcess, type TimedRound, timeByTurns, usualTimes } from './timed-rounds.js';

const round = (p50Ms: number, others = 0): TimedRound => ({
  runs: 10,
  leastMs: p50Ms - 1,
  p50Ms,
  p95Ms: p50Ms + 5,
  use: { ours: 1, others, stolen: 0 },
});

describe('things that are timed', () => {
  it('take turns, after each was warmed up', async () => {
    const order: string[] = [];
    const party = (name: string) => ({
      name,
      run: async () => {
        order.push(name);
        return [3, 1, 2];
      },
    });
    const rows = await timeByTurns([party('a'), party('b')], { rounds: 2, measureMs: 1 });
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(rows.map(({ name, rounds }) => [name, rounds.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(rows[0]!.rounds[0]).toMatchObject({ runs: 3, leastMs: 1, p50Ms: 2 });
  });

  it('run once at least', async () => {
    let runs = 0;
    const times = await inThisProcess('a', async () => runs++).run(0);
    expect([times.length, runs]).toEqual([1, 1]);
  });
});

describe('the usual times', () => {
  it('are those of undisturbed rounds', () => {
    const row = { name: 'a', rounds: [round(4), round(90, 1.5), round(6), round(5)] };
    expect(usualTimes(row)).toEqual({ leastMs: 3, p50Ms: 5, p95Ms: 10 });
  });

  it('are those of all rounds where others were always there', () => {
    expect(usualTimes({ name: 'a', rounds: [round(4, 1), round(8, 1)] })).toMatchObject({ p50Ms: 6 });
  });
});
