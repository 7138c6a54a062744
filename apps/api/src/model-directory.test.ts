import type { Capability, ModelSummary, Worker } from '@darkroom/contracts';
import type { Registry, WorkerRegistry } from '@darkroom/jobs';
import { describe, expect, it } from 'vitest';
import { ModelDirectory } from './model-directory.js';

const SAM: readonly Capability[] = ['prompts', 'everything'];

interface Registered {
  readonly id: string;
  readonly demo?: boolean;
  readonly capabilities?: readonly Capability[];
  readonly served?: boolean;
}

function registryOf(models: readonly Registered[]): Registry {
  const summaries = models.map(
    ({ id, demo = true, capabilities = ['semantic'] }) =>
      ({ id, demo, capabilities, task: 'segmentation' }) as unknown as ModelSummary,
  );
  const served = models.filter(({ served = true }) => served).map(({ id }) => ({ id, state: 'ready' }));
  return {
    models: summaries,
    workers: [{ id: 'worker', models: served } as unknown as Worker],
    lostWorkers: [],
  };
}

function defaultOf(
  models: readonly Registered[],
  { needed = [], preferred = [] }: { needed?: Capability[]; preferred?: string[] } = {},
): string | undefined {
  // Choosing reads nothing from the registry that it isn't given.
  const directory = new ModelDirectory({} as WorkerRegistry, preferred);
  return directory.defaultOf(registryOf(models), 'segmentation', needed)?.id;
}

describe('the default model', () => {
  const own = { id: 'own', demo: false };

  it('is one that is served now', () => {
    expect(defaultOf([{ ...own, served: false }, { id: 'x' }], { preferred: ['own'] })).toBe('x');
    expect(defaultOf([{ ...own, served: false }])).toBe('own');
  });

  it('is the one that the operator prefers, else the operator’s own, else the first by id', () => {
    expect(defaultOf([{ id: 'a' }, { id: 'b' }, own], { preferred: ['c', 'b', 'a'] })).toBe('b');
    expect(defaultOf([{ id: 'a' }, own])).toBe('own');
    expect(defaultOf([{ id: 'a' }, { id: 'b' }])).toBe('a');
  });

  it('stays the semantic one of a plain request when a Segment Anything comes to it', () => {
    const sam = { id: 'a-sam', capabilities: SAM };
    expect(defaultOf([sam, { id: 'b-seg' }])).toBe('b-seg');
    expect(defaultOf([sam, { id: 'b-seg' }], { needed: ['prompts'] })).toBe('a-sam');
    expect(defaultOf([sam])).toBe('a-sam');
    expect(defaultOf([{ ...sam, demo: false }, { id: 'b-seg' }])).toBe('a-sam');
  });

  it('is none where no model can do what is asked', () => {
    expect(defaultOf([own], { needed: ['prompts'] })).toBeUndefined();
  });
});
