import { createLogger } from '@darkroom/service-kit';
import { describe, expect, it } from 'vitest';
import { ModelPlaces, type PlacedModel } from './model-places.js';

interface TestModel extends PlacedModel {
  waiting: number;
  isBusy: boolean;
  lastUsedMs: number;
  isOpen: boolean;
}

function model(id: string, bytes: number, traits: Partial<PlacedModel> = {}): TestModel {
  const made: TestModel = {
    id,
    bytes,
    isPinned: false,
    stayMs: 1000,
    isBusy: false,
    lastUsedMs: 0,
    waiting: 0,
    isOpen: false,
    depth: async () => made.waiting,
    open: () => {
      made.isOpen = true;
    },
    close: async () => {
      made.isOpen = false;
    },
    ...traits,
  };
  return made;
}

function places(budgetBytes: number, ...models: TestModel[]) {
  const clock = { nowMs: 0 };
  const logger = createLogger('test', 'silent');
  const arbiter = new ModelPlaces(models, { budgetBytes, logger, now: () => clock.nowMs });
  const open = () => models.filter(({ isOpen }) => isOpen).map(({ id }) => id);
  return { arbiter, clock, open };
}

describe('places in memory', () => {
  it('are for all from the start where all fit', () => {
    const { arbiter, open } = places(20, model('a', 10), model('b', 10));
    arbiter.start(() => {});
    expect(open()).toEqual(['a', 'b']);
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
