import { DarkroomError } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatchMember, type Infer } from './batcher.js';

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

function member(
  prepared: number,
  key: string | null = 'same',
  more: Partial<BatchMember<number>> = {},
): BatchMember<number> {
  return {
    prepared,
    key,
    memoryShortage: 0,
    onStart: () => {},
    onStep: () => {},
    onPreview: () => {},
    onMemoryShort: () => {},
    checkWanted: () => {},
    ...more,
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

  const outOfMemoryAbove = (size: number) => (batch: readonly number[]) =>
    batch.length > size ? new DarkroomError('out_of_memory', 'too many') : null;

  it('halves a batch that memory does not suffice for, and says so to all in it', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const told: string[] = [];
    const onMemoryShort = (detail: string) => told.push(detail);
    const batcher = new Batcher(network(batches, gates, outOfMemoryAbove(2)), {
      maxBatch: 4,
      maxDelayMs: 50,
    });
    const members = [1, 2, 3, 4].map((value) => member(value, 'same', { onMemoryShort }));
    const all = Promise.all(members.map((one) => batcher.add(one)));
    await releaseAll(gates, all);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [1, 2],
      [3, 4],
    ]);
    expect((await all).map(({ inferred }) => inferred)).toEqual([10, 20, 30, 40]);
    const detail = 'Memory did not suffice for 4 pictures at once; they were run 2 at a time instead.';
    expect(told).toEqual([detail, detail, detail, detail]);
  });

  it('remembers the size that memory suffices for', async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const batcher = new Batcher(network(batches, gates, outOfMemoryAbove(1)), {
      maxBatch: 2,
      maxDelayMs: 50,
    });
    for (const values of [
      [1, 2],
      [3, 4],
    ]) {
      const all = Promise.all(values.map((value) => batcher.add(member(value))));
      await releaseAll(gates, all);
    }
    expect(batches).toEqual([[1, 2], [1], [2], [3], [4]]);
  });

  it('runs one without a key by itself, and tells the network what its members know of memory', async () => {
    const shortages: number[] = [];
    const batches: number[][] = [];
    const infer: Infer<number, number> = async (batch, _steps, { shortage }) => {
      batches.push([...batch]);
      shortages.push(shortage);
      return batch;
    };
    const batcher = new Batcher(infer, { maxBatch: 3, maxDelayMs: 50 });
    const members = [
      member(1),
      member(2, null, { memoryShortage: 2 }),
      member(3),
      member(4, null, { memoryShortage: 1 }),
    ];
    await Promise.all(members.map((one) => batcher.add(one)));
    expect(batches).toEqual([[1, 3], [2], [4]]);
    expect(shortages).toEqual([0, 2, 1]);
  });

  it('passes on what the network says of memory, also when it then fails', async () => {
    const told: string[] = [];
    const infer: Infer<number, number> = async (_batch, _steps, memory) => {
      memory.warnShort('four prompts at a time');
      throw new Error('failed nevertheless');
    };
    const batcher = new Batcher(infer, { maxBatch: 1, maxDelayMs: 0 });
    const only = member(1, 'same', { onMemoryShort: (detail) => told.push(detail) });
    await expect(batcher.add(only)).rejects.toThrow('failed nevertheless');
    expect(told).toEqual(['four prompts at a time']);
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
    const checkWanted = () => {
      if (!isWanted) throw new Error('canceled');
    };
    const all = Promise.allSettled([
      batcher.add(member(1)),
      batcher.add(member(2, 'same', { checkWanted })),
      batcher.add(member(3)),
    ]);
    isWanted = false;
    await releaseAll(gates, all);
    expect(batches).toEqual([[1], [3]]);
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
