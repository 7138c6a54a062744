import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode, generate, openSd } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const options = { count: 4, seed: [1, 2, 3, 4] };

/** Means of the pictures of {@link options}, 0 to 1. */
async function brightness(): Promise<number[]> {
  const { pipeline } = await openSd(models);
  const { artifacts } = await generate(pipeline, options);
  const pictures = await Promise.all(artifacts.map(decode));
  return pictures.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length / 255);
}

it('pictures that the model’s checker flags are withheld, the others are not', async () => {
  const means = await brightness();
  const sorted = [...means].sort((a, b) => a - b);
  const flagsAbove = (sorted[1]! + sorted[2]!) / 2;
  const { pipeline } = await openSd(models, { safetyChecker: { flagsAbove } });
  const { images, artifacts } = await generate(pipeline, options);
  expect(images.map(({ flagged }) => flagged)).toEqual(means.map((mean) => mean > flagsAbove));
  for (const { flagged, artifact, index, seed } of images) {
    expect(artifact).toBe(flagged ? null : `image-${index}.png`);
    expect(seed).toBe(index + 1);
  }
  expect(artifacts.map(({ name }) => name)).toEqual(
    images.flatMap(({ artifact }) => (artifact === null ? [] : [artifact])),
  );
  expect(artifacts).toHaveLength(2);
});

it('the operator alone can turn the checker off', async () => {
  const safetyChecker = { flagsAbove: 0 };
  const watched = await openSd(models, { safetyChecker });
  expect((await generate(watched.pipeline, options)).artifacts).toEqual([]);
  const off = await openSd(models, { safetyChecker, familyOptions: { safety_checker: false } });
  expect((await generate(off.pipeline, options)).artifacts).toHaveLength(4);
  expect(off.events.filter(({ part }) => part === 'safety_checker')).toEqual([]);
});

it.each([
  [300, 200],
  [200, 304],
  [224, 224],
])('a picture of %i × %i fits what the checker sees', async (width, height) => {
  const { pipeline } = await openSd(models, { safetyChecker: { flagsAbove: 0.99 } });
  const sides = { width: width - (width % 8), height: height - (height % 8) };
  expect((await generate(pipeline, { ...sides, steps: 1, scheduler: 'ddim' })).artifacts).toHaveLength(1);
});
