import { DarkroomError } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatchMember } from './batcher.js';

/** A network that gives back ten times what it gets, and waits to be let go. */
function network(
  trace: number[][],
  gates: (() => void)[],
  fail: (batch: readonly number[]) => Error | null = () => null,
) {
  return async (batch: readonly number[]) => {
    trace.push([...batch]);
    await new Promise<void>((resolve) => gates.push(resolve));
    const error = fail(batch);
    if (error) throw error;
    return batch.map((value) => value * 10);
  };
}

function member(prepared: number, key = 'same', isWanted = () => true): BatchMember<number> {
  return {
    prepared,
    key,
    onStart: () => {},
    onStep: () => {},
    checkWanted: () => {
      if (!isWanted()) throw new Error('canceled');
    },
  };
}

async function releaseAll(gates: (() => void)[], until: Promise<unknown>): Promise<void> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the batcher', () => {
  it('runs what waits when a batch ends as one, grouped by key and up to the limit', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const batcher = new Batcher(network(batches, gates), { maxBatch: 2, maxDelayMs: 0 });
    const all = Promise.all(
      [member(1), member(2), member(3, 'other'), member(4), member(5)].map((one) => batcher.add(one)),
    );
    await releaseAll(gates, all);
    expect(batches).toEqual([[1], [2, 4], [3], [5]]);
    expect((await all).map(({ inferred, batchSize }) => [inferred, batchSize])).toEqual([
      [10, 1],
      [20, 2],
      [30, 1],
      [40, 2],
      [50, 1],
    ]);
  });

  it('waits for more, but no longer than it may', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const batcher = new Batcher(network(batches, gates), { maxBatch: 3, maxDelayMs: 50 });
    const first = batcher.add(member(1));
    const second = batcher.add(member(2));
    await releaseAll(gates, Promise.all([first, second]));
    expect(batches).toEqual([[1, 2]]);
  });

  it('halves a batch that memory does not suffice for, and says so to all in it', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const tooMany = (batch: readonly number[]) =>
      batch.length > 2 ? new DarkroomError('out_of_memory', 'too many') : null;
    const batcher = new Batcher(network(batches, gates, tooMany), { maxBatch: 4, maxDelayMs: 50 });
    const all = Promise.all([1, 2, 3, 4].map((value) => batcher.add(member(value))));
    await releaseAll(gates, all);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [1, 2],
      [3, 4],
    ]);
    expect((await all).map(({ inferred }) => inferred)).toEqual([10, 20, 30, 40]);
    for (const { warnings } of await all) expect(warnings).toMatchObject([{ code: 'memory_short' }]);
  });

  it('lets one fail alone', async () => {
    const gates: (() => void)[] = [];
    const badThree = (batch: readonly number[]) => (batch.includes(3) ? new Error('cannot take a 3') : null);
    const batcher = new Batcher(network([], gates, badThree), { maxBatch: 4, maxDelayMs: 50 });
    const all = Promise.allSettled([1, 2, 3, 4].map((value) => batcher.add(member(value))));
    await releaseAll(gates, all);
    expect((await all).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('leaves out what nobody wants any more', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const batcher = new Batcher(network(batches, gates), { maxBatch: 4, maxDelayMs: 0 });
    let isWanted = true;
    const all = Promise.allSettled([
      batcher.add(member(1)),
      batcher.add(member(2, 'same', () => isWanted)),
      batcher.add(member(3)),
    ]);
    isWanted = false;
    await releaseAll(gates, all);
    expect(batches).toEqual([[1], [3]]);
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
