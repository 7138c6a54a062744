import { SD_KINDS, type SdModel, sdTextEncoderGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, feedsOf, generate, openSd, PLAIN_GENERATION, stripedPicture } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

/** The final latents of a model, as its decoder gets them. */
async function finalLatents(model: Omit<SdModel, 'id'>, options = {}): Promise<Float32Array> {
  const { pipeline, events } = await openSd(models, model);
  await generate(pipeline, options);
  return feedsOf(events, 'vae_decoder', 'latent_sample')[0]!.data as Float32Array;
}

const TIMESTEPS = [
  ['int64', []],
  ['int64', [1]],
  ['int64', ['batch_size']],
  ['float32', []],
  ['float32', ['batch_size']],
] as const;

it.each(TIMESTEPS)('a network takes its timestep as %s %j', async (type, dims) => {
  expect(await finalLatents({ unet: { timestep: { type, dims } } })).toEqual(await finalLatents({}));
});

it('timesteps with a fraction are cut off for a network that takes whole numbers', async () => {
  const scheduler = { scheduler: 'euler', steps: 3 } as const;
  const linspace = { timestep_spacing: 'linspace' };
  const kind = { kind: 'turbo', scheduler: { _class_name: 'EulerDiscreteScheduler', ...linspace } } as const;
  const { pipeline, events } = await openSd(models, kind);
  await generate(pipeline, scheduler);
  expect(feedsOf(events, 'unet', 'timestep').map(({ data }) => data[0])).toEqual([999n, 499n, 0n]);
});

describe('a float16 export', () => {
  it.each(['sd1', 'sdxl', 'lcm'] as const)('of %s gives about the same picture', async (kind) => {
    const options = { steps: 4, scheduler: 'ddim' } as const;
    const half = await openSd(models, { kind, type: 'float16' });
    const full = await openSd(models, { kind });
    const [a, b] = [await generate(half.pipeline, options), await generate(full.pipeline, options)];
    expect(feedsOf(half.events, 'unet', 'sample')[0]!.type).toBe('float16');
    const [picture, expected] = [await decode(a.artifacts[0]!), await decode(b.artifacts[0]!)];
    const differences = [...picture.data].map((value, i) => Math.abs(value - expected.data[i]!));
    expect(Math.max(...differences)).toBeLessThan(8);
  });

  it('begins with a picture', async () => {
    const { pipeline } = await openSd(models, { type: 'float16', vaeEncoder: {} });
    const made = await generate(pipeline, { strength: 0.5 }, { picture: stripedPicture(50, 50) });
    expect(made.artifacts).toHaveLength(1);
  });
});

it('token ids are int32 where the text encoder takes those', async () => {
  const [encoder] = SD_KINDS.sd1.textEncoders;
  const parts = { text_encoder: sdTextEncoderGraph({ ...encoder!, idsType: 'int32', batch: 1 }) };
  expect(await finalLatents({ parts })).toEqual(await finalLatents({}));
});

it('latents that a VAE encoder drew itself are taken as they are', async () => {
  const about = { strength: 0.5, scheduler: 'ddim', steps: 4, seed: 3 } as const;
  const picture = stripedPicture(72, 48);
  const first = async (model: Omit<SdModel, 'id'>, count: number) => {
    const { pipeline, events } = await openSd(models, model);
    await generate(pipeline, { ...about, count }, { picture });
    return feedsOf(events, 'unet', 'sample')[0]!;
  };
  const drawn = await first({ vaeEncoder: { gives: 'latent_sample' } }, 2);
  expect(drawn.dims).toEqual([4, 4, 6, 9]);
  // The variances of the other export are not small, so that what it draws shows.
  expect(drawn.data).not.toEqual((await first({ vaeEncoder: {} }, 2)).data);
});

describe('a network that was exported for one size', () => {
  const model = {
    unet: { latentSize: [6, 9] },
    defaults: { width: 72, height: 48 },
  } as const;

  it('makes pictures of that size', async () => {
    expect(await finalLatents(model)).toEqual(await finalLatents({}));
  });

  it('refuses others before anything is run', async () => {
    const { pipeline, events } = await openSd(models, model);
    events.length = 0;
    const input = { picture: null, options: { ...PLAIN_GENERATION, width: 64 } };
    await expect(pipeline.prepare(input)).rejects.toThrow(
      'The model’s network was exported for pictures of 72 × 48 alone, got 64 × 48.',
    );
    expect(events).toEqual([]);
  });
});

it('a decoder of another scale than the manifest says is told apart', async () => {
  const { pipeline } = await openSd(models, { familyOptions: { pixels_per_latent: 4 } });
  await expect(generate(pipeline)).rejects.toThrow(
    'Expected [1, 3, 48, 72] of the VAE decoder, got [1, 3, 96, 144]. Is pixels_per_latent in family_options right?',
  );
});
