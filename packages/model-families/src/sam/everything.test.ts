import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryShortage } from '../run-memory.js';
import { openCounted } from '../testing/counted-sam-model.js';
import {
  ask,
  askEverything,
  BLUE,
  boxesPicture,
  click,
  GREEN,
  META,
  onBlue,
  onGreen,
  openSam,
  overlapWithColor,
  pictureWith,
  RED,
  type SamGraphs,
} from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const picture = boxesPicture;
const open = (graphs?: SamGraphs) => openSam(models, graphs);

describe('everything', () => {
  it('is cut to the largest masks that are asked for', async () => {
    const pipeline = await open();
    const { masks } = await askEverything(pipeline, picture, { max_masks: 2 });
    const all = await askEverything(pipeline, picture);
    expect(masks).toEqual(all.masks.slice(0, 2));
    expect(masks[0]!.area).toBeGreaterThan(masks[1]!.area);
  });

  it('is found in crops too, each encoded once, the whole picture from the cache', async () => {
    const { pipeline, runs } = await openCounted(models);
    await ask(pipeline, picture, [onGreen], {}, { pictureSha256: 'a' });
    expect(runs.encoder).toBe(1);
    const { masks, embedding } = await askEverything(
      pipeline,
      picture,
      { crop_n_layers: 1 },
      { pictureSha256: 'a' },
    );
    expect(embedding).toBe('cached');
    expect(runs.encoder).toBe(1 + 4);
    const colors = [RED, GREEN, BLUE];
    for (const color of colors) {
      expect(masks.some(({ rle }) => overlapWithColor(rle, picture, color) > 0.75)).toBe(true);
    }
  });

  it('tells of its points, and is given up between two runs when nobody wants it', async () => {
    const { pipeline, runs } = await openCounted(models);
    const told: [number, number][] = [];
    const canceled = new Error('canceled');
    const steps = {
      step(done: number, all: number) {
        told.push([done, all]);
        if (done >= 20) throw canceled;
      },
    };
    const asked = askEverything(pipeline, picture, { points_per_batch: 10 }, { steps });
    await expect(asked).rejects.toBe(canceled);
    expect(told.at(-1)).toEqual([20, 64]);
    expect(runs.decoder).toEqual([10, 10]);
  });
});

describe('where memory doesn’t suffice', () => {
  const warnings: string[] = [];
  const memory = { shortage: 0 as MemoryShortage, warnShort: (detail: string) => void warnings.push(detail) };

  it('points are run fewer at a time, and the answer is the same', async () => {
    warnings.length = 0;
    const { pipeline, runs } = await openCounted(models, { graphs: { ...META, fitsPrompts: 20 } });
    const expected = await askEverything(await open(), picture);
    const { masks } = await askEverything(pipeline, picture, { points_per_batch: 64 }, { memory });
    expect(masks).toEqual(expected.masks);
    expect(runs.decoder).toEqual([64, 32, 16, 16, 16, 16]);
    expect(warnings).toEqual([
      'Memory did not suffice for 64 points at once; they were run 32 at a time instead.',
      'Memory did not suffice for 32 points at once; they were run 16 at a time instead.',
    ]);
    await askEverything(pipeline, picture, { points_per_batch: 64 }, { memory });
    expect(runs.decoder.slice(6)).toEqual([16, 16, 16, 16]);
  });

  it('prompts are run fewer at a time too', async () => {
    warnings.length = 0;
    const { pipeline, runs } = await openCounted(models, { graphs: { ...META, fitsPrompts: 1 } });
    const { masks } = await ask(pipeline, picture, [onGreen, onBlue, onGreen], {}, { memory });
    expect(runs.decoder).toEqual([3, 2, 1, 1, 1]);
    expect(masks.map(({ prompt_index }) => prompt_index)).toEqual([0, 1, 2]);
    expect(overlapWithColor(masks[1]!.rle, picture, BLUE)).toBeGreaterThan(0.75);
    expect(warnings[0]).toContain('3 prompts at once');
  });

  it('a job whose processes were killed begins with fewer', async () => {
    const { pipeline, runs } = await openCounted(models);
    await askEverything(pipeline, picture, { points_per_batch: 64 }, { memory: { ...memory, shortage: 2 } });
    expect(runs.decoder).toEqual([16, 16, 16, 16]);
  });

  it('not even for one prompt, the job fails of it', async () => {
    const { pipeline } = await openCounted(models, { graphs: { ...META, fitsPrompts: 0 } });
    await expect(ask(pipeline, picture, [onGreen], {}, { memory })).rejects.toMatchObject({
      code: 'out_of_memory',
    });
  });
});

describe('pictures of odd shapes', () => {
  it.each([
    [1, 1],
    [1, 20_000],
    [2000, 1],
    [3, 500],
  ])('of %i × %i get an answer', async (width, height) => {
    const pipeline = await open();
    const thin = pictureWith(width, height, [{ color: RED, box: [0, 0, width, height] }]);
    const prompts = [{ points: [click(width / 2, height / 2)] }, { box: [0, 0, width, height] }];
    const { masks } = await ask(pipeline, thin, prompts, { outputs: ['overlay', 'label_map'] });
    expect(masks).toHaveLength(2);
    const everything = await askEverything(pipeline, thin, { crop_n_layers: 1 });
    expect(everything.result).toMatchObject({ width, height });
  });
});
