import { SD_KINDS } from '@darkroom/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { feedsOf, generate, openSd, stripedPicture } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';
import { goldenGenerations, goldenLatentsOf } from './testing/pipeline-golden.js';

/** Of numbers up to 40. */
const TOLERANCE = 1e-4;

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

it.each(goldenGenerations)('$title: the latents of the reference', async (golden) => {
  const { kind, options, image, evaluations, pictures } = golden;
  const { pipeline, events } = await openSd(models, { kind, vaeEncoder: {} });
  await generate(pipeline, options, image && { picture: stripedPicture(...image) });
  const decoded = feedsOf(events, 'vae_decoder', 'latent_sample');
  expect(decoded).toHaveLength(pictures);
  expect(feedsOf(events, 'unet', 'sample')).toHaveLength(evaluations);
  for (const [i, { dims, data }] of decoded.entries()) {
    expect(dims).toEqual([1, 4, 6, 9]);
    const expected = goldenLatentsOf(golden, i);
    const latents = Float32Array.from(data as Float32Array, (value) => value * SD_KINDS[kind].latentScale);
    const errors = latents.map((value, at) => Math.abs(value - expected[at]!));
    expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
  }
});
