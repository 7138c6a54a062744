import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunMemory } from '../run-memory.js';
import { feedsOf, generate, openSd, type RecordedSd, stripedPicture } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const rowsOf = ({ events }: RecordedSd) => feedsOf(events, 'unet', 'sample').map(({ dims }) => dims[0]);

function memoryThatTells(shortage: RunMemory['shortage'] = 0) {
  const warnings: string[] = [];
  return { warnings, memory: { shortage, warnShort: (detail: string) => void warnings.push(detail) } };
}

const options = { steps: 3, scheduler: 'ddim', seed: 4 } as const;

describe('a network that memory does not suffice for', () => {
  it('takes its rows one at a time, says so, and makes the same picture', async () => {
    const roomy = await openSd(models);
    const tight = await openSd(models, { unet: { fitsRows: 1 } });
    const { warnings, memory } = memoryThatTells();
    const made = await generate(tight.pipeline, options, { memory });
    expect(made.artifacts).toEqual((await generate(roomy.pipeline, options)).artifacts);
    expect(rowsOf(tight)).toEqual([2, 1, 1, 1, 1, 1, 1]);
    expect(warnings).toEqual([
      'Memory did not suffice for 2 rows of a denoising step at once; they were run 1 at a time instead.',
    ]);
  });

  it('draws the noise of a step once, though the step is run again', async () => {
    const ancestral = { ...options, scheduler: 'euler_ancestral', count: 2, seed: 3 } as const;
    const tight = await openSd(models, { unet: { fitsRows: 2 } });
    const made = await generate(tight.pipeline, ancestral);
    const roomy = await openSd(models);
    expect(made.artifacts).toEqual((await generate(roomy.pipeline, ancestral)).artifacts);
  });

  it('is asked for few rows from the start where a process died of it', async () => {
    const sd = await openSd(models);
    const { warnings, memory } = memoryThatTells(1);
    await generate(sd.pipeline, options, { memory });
    expect(rowsOf(sd)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(warnings).toEqual([]);
  });

  it('fails when one row alone is too much', async () => {
    const { pipeline } = await openSd(models, { unet: { fitsRows: 0 } });
    await expect(generate(pipeline, options)).rejects.toMatchObject({ code: 'out_of_memory' });
  });
});

describe('a network that was exported for a number of rows', () => {
  it.each([1, 2, 3])('gets %i each time, whatever there is to do', async (batch) => {
    const fixed = await openSd(models, { unet: { batch } });
    const free = await openSd(models);
    const made = await generate(fixed.pipeline, { ...options, count: 2 });
    expect(new Set(rowsOf(fixed))).toEqual(new Set([batch]));
    expect(rowsOf(fixed)).toHaveLength(3 * Math.ceil(4 / batch));
    expect(made.artifacts).toEqual((await generate(free.pipeline, { ...options, count: 2 })).artifacts);
  });
});

describe('graphs that are in memory only while they are used', () => {
  const dropping = { vaeEncoder: {}, familyOptions: { drop_graphs: true } } as const;
  /** What happened to graphs, without what was fed to them, repeated runs once. */
  const story = ({ events }: RecordedSd) =>
    events.map(({ part, what }) => `${what} ${part}`).filter((line, i, lines) => line !== lines[i - 1]);

  it('are opened one at a time, when the model is loaded and in each of its jobs', async () => {
    const sd = await openSd(models, dropping);
    const parts = ['text_encoder', 'unet', 'vae_decoder', 'vae_encoder'];
    expect(story(sd)).toEqual(parts.flatMap((part) => [`open ${part}`, `close ${part}`]));
    for (const run of ['first', 'second']) {
      sd.events.length = 0;
      await generate(sd.pipeline, options, { picture: stripedPicture(72, 48) });
      const inOrder = ['text_encoder', 'vae_encoder', 'unet', 'vae_decoder'];
      expect([run, ...story(sd)]).toEqual([
        run,
        ...inOrder.flatMap((part) => [`open ${part}`, `run ${part}`, `close ${part}`]),
      ]);
    }
  });

  it('make the same pictures, with previews too, and after a job that was canceled', async () => {
    const sd = await openSd(models, dropping);
    const kept = await openSd(models);
    const step = (done: number) => {
      if (done === 2) throw new Error('canceled');
    };
    await expect(generate(sd.pipeline, options, { steps: { step } })).rejects.toThrow('canceled');
    const opened = sd.events.filter(({ what }) => what === 'open');
    const closed = sd.events.filter(({ what }) => what === 'close');
    expect(opened).toHaveLength(closed.length);
    const made = await generate(sd.pipeline, { ...options, preview_every: 1 });
    expect(made.artifacts).toEqual((await generate(kept.pipeline, options)).artifacts);
  });

  it('are dropped after warming up', async () => {
    const sd = await openSd(models, dropping);
    sd.events.length = 0;
    await sd.pipeline.warmUp();
    const count = (what: string) => sd.events.filter((event) => event.what === what).length;
    expect([count('open'), count('close')]).toEqual([3, 3]);
  });
});
