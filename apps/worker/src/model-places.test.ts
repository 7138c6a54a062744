import { createLogger } from '@darkroom/service-kit';
import { describe, expect, it } from 'vitest';
import type { MemoryBytes } from './memory-bytes.js';
import { ModelPlaces, type PlacedModel } from './model-places.js';

interface TestModel extends PlacedModel {
  memory: MemoryBytes;
  waiting: number;
  isBusy: boolean;
  lastUsedMs: number;
  isOpen: boolean;
  /** Why it was closed, each time. */
  readonly closed: string[];
  /** Lets what is in hand end; closing waits for it while there is something. */
  finish: (() => void) | null;
}

/** @param memory of the machine alone, or `[host, gpu]` */
function model(
  id: string,
  memory: number | readonly [host: number, gpu: number],
  traits: Partial<TestModel> = {},
): TestModel {
  const made: TestModel = {
    id,
    memory: bytes(memory),
    isPinned: false,
    stayMs: 1000,
    isBusy: false,
    lastUsedMs: 0,
    waiting: 0,
    isOpen: false,
    closed: [],
    finish: null,
    depth: async () => made.waiting,
    open: () => {
      made.isOpen = true;
    },
    close: async (reason) => {
      made.isOpen = false;
      made.closed.push(reason);
      if (made.isBusy && reason === 'asked')
        await new Promise<void>((resolve) => {
          made.finish = resolve;
        });
    },
    ...traits,
  };
  return made;
}

function bytes(memory: number | readonly [number, number]): MemoryBytes {
  const [host, gpu] = [memory].flat() as number[];
  return { host: host!, gpu: gpu ?? 0 };
}

function places(budget: number | readonly [number, number], ...models: TestModel[]) {
  const clock = { nowMs: 0 };
  const logger = createLogger('test', 'silent');
  const [host, gpu = Number.POSITIVE_INFINITY] = [budget].flat() as number[];
  const options = { budget: { host: host!, gpu }, logger, now: () => clock.nowMs };
  const arbiter = new ModelPlaces(options);
  for (const one of models) arbiter.add(one);
  const open = () => models.filter(({ isOpen }) => isOpen).map(({ id }) => id);
  return { arbiter, clock, open };
}

describe('places in memory', () => {
  it('are no longer for a model that was removed, whatever it waits for, and its place is free', async () => {
    const [a, b] = [model('a', 10), model('b', 10)];
    const { arbiter, open } = places(10, a, b);
    a.waiting = 1;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a']);
    const wanted = arbiter.take(b);
    await arbiter.remove(b);
    expect(await wanted).toBe(false);
    await arbiter.remove(a);
    a.waiting = 5;
    b.waiting = 5;
    await arbiter.arbitrate();
    expect([open(), a.closed, b.closed]).toEqual([[], ['removed'], []]);
  });

  it('are for all from the start where all fit', async () => {
    const { arbiter, open } = places([20, 10], model('a', [10, 5]), model('b', [10, 5]));
    arbiter.start(() => {});
    expect(open()).toEqual(['a', 'b']);
    await arbiter.stop();
  });

  it('go to models that have jobs waiting, within the budget', async () => {
    const [a, b, c] = [model('a', 10), model('b', 10), model('c', 10)];
    const { arbiter, open } = places(20, a, b, c);
    b.waiting = 1;
    c.waiting = 1;
    await arbiter.arbitrate();
    expect(open()).toEqual(['b', 'c']);
  });

  it('are taken from the model that was idle longest, once its stay is over', async () => {
    const [a, b, c] = [model('a', 10), model('b', 10), model('c', 10)];
    const { arbiter, clock, open } = places(20, a, b, c);
    a.waiting = b.waiting = 1;
    await arbiter.arbitrate();
    a.waiting = b.waiting = 0;
    a.lastUsedMs = 500;
    b.lastUsedMs = 400;
    c.waiting = 1;
    clock.nowMs = 199;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a', 'b']);
    clock.nowMs = 200;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a', 'c']);
  });

  it('are taken from a busy model too, after its stay, but from an idle one first', async () => {
    const [busy, idle, wants] = [model('busy', 10), model('idle', 10), model('wants', 10)];
    const { arbiter, clock, open } = places(20, busy, idle, wants);
    busy.waiting = idle.waiting = 1;
    await arbiter.arbitrate();
    idle.waiting = 0;
    idle.lastUsedMs = 900;
    busy.isBusy = true;
    wants.waiting = 1;
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['busy', 'wants']);
    idle.waiting = 1;
    clock.nowMs = 2000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['idle', 'wants']);
  });

  it('are never taken from a pinned model', async () => {
    const [pinned, a, b] = [model('pinned', 10, { isPinned: true }), model('a', 10), model('b', 10)];
    const { arbiter, clock, open } = places(20, pinned, a, b);
    arbiter.start(() => {});
    await arbiter.stop();
    for (const wanting of [a, b, a]) {
      a.waiting = b.waiting = 0;
      wanting.waiting = 1;
      clock.nowMs += 1e6;
      await arbiter.arbitrate();
      expect(open()).toEqual(['pinned', wanting.id]);
    }
  });

  it('are given to a model larger than the budget when it is alone', async () => {
    const [small, huge] = [model('small', 10), model('huge', 50)];
    const { arbiter, clock, open } = places(20, small, huge);
    small.waiting = 1;
    await arbiter.arbitrate();
    small.waiting = 0;
    huge.waiting = 1;
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['huge']);
  });

  it('change hands a few times, not at every job, when jobs of two models come in turn', async () => {
    const [a, b] = [model('a', 10), model('b', 10)];
    const { arbiter, clock, open } = places(10, a, b);
    a.waiting = b.waiting = 10;
    const changes: string[] = [];
    for (; a.waiting + b.waiting > 0 && clock.nowMs < 60_000; clock.nowMs += 100) {
      await arbiter.arbitrate();
      const [placed] = open();
      if (placed && changes.at(-1) !== placed) changes.push(placed);
      const runs = placed === 'a' ? a : b;
      if (runs.waiting > 0) runs.waiting--;
    }
    expect(a.waiting + b.waiting).toBe(0);
    expect(changes.length).toBeLessThanOrEqual(4);
  });
});

describe('who gives way to a model that wants in', () => {
  // Each has its place for long enough to lose it; they were used in the order they stand in.
  it.each([
    {
      case: 'is nobody where both memories suffice',
      budget: [40, 40],
      placed: { a: [10, 10], b: [10, 10] },
      wants: [20, 20],
      leave: [],
    },
    {
      case: 'is the one used longest ago',
      budget: [20, 20],
      placed: { a: [10, 10], b: [10, 10] },
      wants: [10, 10],
      leave: ['a'],
    },
    {
      case: 'is not one without memory of the GPU, where that is short',
      budget: [100, 20],
      placed: { a: [10, 0], b: [10, 20] },
      wants: [10, 5],
      leave: ['b'],
    },
    {
      case: 'is not one without memory of the machine, where that is short',
      budget: [30, 100],
      placed: { a: [0, 50], b: [20, 10] },
      wants: [20, 10],
      leave: ['b'],
    },
    {
      case: 'is one for each memory, where both are short',
      budget: [20, 20],
      placed: { a: [20, 0], b: [0, 20] },
      wants: [10, 10],
      leave: ['a', 'b'],
    },
    {
      case: 'is nobody in vain: one that is needed anyway suffices',
      budget: [20, 20],
      placed: { a: [5, 5], b: [15, 15] },
      wants: [15, 15],
      leave: ['b'],
    },
    {
      case: 'is everybody who has of what is short, where it is larger than the GPU',
      budget: [100, 20],
      placed: { a: [10, 10], b: [10, 0], c: [10, 5] },
      wants: [10, 30],
      leave: ['a', 'c'],
    },
  ] as const)('$case', async ({ budget, placed, wants, leave }) => {
    const residents = Object.entries(placed).map(([id, memory], i) =>
      model(id, memory as readonly [number, number], { lastUsedMs: i, waiting: 1 }),
    );
    const wanting = model('wants', wants);
    // Keeps them from fitting all together, so that places are taken in turns.
    const never = model('never', [1000, 0]);
    const { arbiter, clock, open } = places(budget, ...residents, wanting, never);
    await arbiter.arbitrate();
    expect(open()).toEqual(Object.keys(placed));
    for (const resident of residents) resident.waiting = 0;
    wanting.waiting = 1;
    clock.nowMs = 10_000;
    await arbiter.arbitrate();
    expect(wanting.isOpen).toBe(true);
    expect(residents.filter(({ isOpen }) => !isOpen).map(({ id }) => id)).toEqual(leave);
  });
});

describe('models that grow under larger pictures', () => {
  it('take turns once they don’t fit together any more', async () => {
    const [a, b] = [model('a', [10, 10]), model('b', [10, 10])];
    const { arbiter, clock, open } = places([100, 20], a, b);
    await arbiter.arbitrate();
    expect(open()).toEqual(['a', 'b']);
    a.lastUsedMs = 1;
    a.memory = bytes([10, 15]);
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a']);
    expect(b.closed).toEqual(['evicted']);
    b.waiting = 1;
    clock.nowMs = 2000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['b']);
  });

  it('keep their place while they are busy, as long as their stay lasts', async () => {
    const [a, b] = [model('a', 10, { isBusy: true }), model('b', 10, { isBusy: true })];
    const { arbiter, clock, open } = places(20, a, b);
    await arbiter.arbitrate();
    b.memory = bytes(15);
    clock.nowMs = 999;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a', 'b']);
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(open()).toHaveLength(1);
  });

  it('and are too large alone, stay: there is nobody to make room for', async () => {
    const [a, pinned] = [model('a', 10), model('pinned', 5, { isPinned: true })];
    const { arbiter, clock, open } = places(20, a, pinned);
    await arbiter.arbitrate();
    a.memory = bytes(50);
    clock.nowMs = 1e6;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a', 'pinned']);
  });
});

describe('a place that an operator asks for', () => {
  it('is there at once where the model has one', async () => {
    const a = model('a', 10);
    const { arbiter } = places(20, a);
    await arbiter.arbitrate();
    expect(await arbiter.take(a)).toBe(true);
  });

  it('is got as by a model that has a job waiting: after the stay of the one in its way', async () => {
    const [a, b] = [model('a', 10), model('b', 10)];
    const { arbiter, clock, open } = places(10, a, b);
    a.waiting = 1;
    await arbiter.arbitrate();
    const taken = arbiter.take(b);
    clock.nowMs = 999;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a']);
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(await taken).toBe(true);
    expect(open()).toEqual(['b']);
  });

  it('is not waited for any longer once the model is to be unloaded', async () => {
    const [a, b] = [model('a', 10), model('b', 10)];
    const { arbiter, clock, open } = places(10, a, b);
    a.waiting = 1;
    await arbiter.arbitrate();
    const taken = arbiter.take(b);
    await arbiter.release(b);
    expect(await taken).toBe(false);
    clock.nowMs = 1e6;
    await arbiter.arbitrate();
    expect(open()).toEqual(['a']);
  });
});

describe('a place that an operator takes away', () => {
  it('is given up by a pinned model too, and got back by its next job', async () => {
    const [pinned, other] = [model('pinned', 10, { isPinned: true }), model('other', 10)];
    const { arbiter, clock, open } = places(10, pinned, other);
    arbiter.start(() => {});
    await arbiter.stop();
    await arbiter.release(pinned);
    expect(pinned.closed).toEqual(['asked']);
    await arbiter.arbitrate();
    expect(open()).toEqual([]);
    other.waiting = 1;
    await arbiter.arbitrate();
    expect(open()).toEqual(['other']);
    pinned.waiting = 1;
    clock.nowMs = 1000;
    await arbiter.arbitrate();
    expect(open()).toEqual(['pinned']);
  });

  it('is open again where all fit, so that the next job loads the model', async () => {
    const a = model('a', 10);
    const { arbiter, open } = places(20, a);
    await arbiter.arbitrate();
    await arbiter.release(a);
    expect(open()).toEqual([]);
    await arbiter.arbitrate();
    expect(open()).toEqual(['a']);
  });

  it('is kept until what is in hand has ended, and keeps others waiting till then, not their decisions', async () => {
    const [a, b, c] = [model('a', 10, { isBusy: true }), model('b', 10), model('c', 5)];
    const { arbiter, open } = places(15, a, b, c);
    a.waiting = 1;
    await arbiter.arbitrate();
    a.waiting = 0;
    const released = [arbiter.release(a), arbiter.release(a)];
    c.waiting = 1;
    await arbiter.arbitrate();
    expect(open()).toEqual(['c']);
    b.waiting = 1;
    await arbiter.arbitrate();
    expect(open()).toEqual(['c']);
    a.finish!();
    await Promise.all(released);
    expect(a.closed).toEqual(['asked']);
    await arbiter.arbitrate();
    expect(open()).toEqual(['b', 'c']);
  });
});

it('a model that comes later has its place where there is one, and makes the others take turns where not', async () => {
  const [a, b, c] = [model('a', 10), model('b', 10), model('c', 10)];
  const { arbiter, clock } = places(20, a);
  await arbiter.arbitrate();
  arbiter.add(b);
  await arbiter.arbitrate();
  expect([a, b].map(({ isOpen }) => isOpen)).toEqual([true, true]);
  arbiter.add(c);
  c.waiting = 1;
  clock.nowMs = 1000;
  await arbiter.arbitrate();
  expect([a, b, c].map(({ isOpen }) => isOpen)).toEqual([false, true, true]);
});
