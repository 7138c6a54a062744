import { SD_KINDS } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineArtifact } from '../family.js';
import { decode, feedsOf, generate, openSd, type RecordedSd, stripedPicture } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;
let sd: RecordedSd;

beforeAll(async () => {
  models = await TestModels.create();
  sd = await openSd(models, { vaeEncoder: {} });
});

afterAll(() => models.delete());

const rowsOf = ({ events }: RecordedSd) => feedsOf(events, 'unet', 'sample').map(({ dims }) => dims[0]);

it.each(Object.keys(SD_KINDS) as (keyof typeof SD_KINDS)[])('%s makes a picture', async (kind) => {
  const { pipeline } = await openSd(models, { kind });
  const { images, artifacts, warnings } = await generate(pipeline, SD_KINDS[kind].defaults ?? {});
  expect(images).toEqual([
    {
      index: 0,
      artifact: 'image-0.png',
      url: null,
      prompt: 'a red cat',
      prompt_index: 0,
      seed: 1,
      width: 72,
      height: 48,
      flagged: false,
    },
  ]);
  expect(artifacts).toMatchObject([{ name: 'image-0.png', role: 'image', index: 0, width: 72, height: 48 }]);
  const { width, height, data } = await decode(artifacts[0]!);
  expect([width, height]).toEqual([72, 48]);
  expect(new Set(data).size).toBeGreaterThan(20);
  expect(warnings).toEqual([]);
});

describe('the pictures of a job', () => {
  it('come in the order of prompts, as many for each as asked for, each from its seed', async () => {
    const { images } = await generate(sd.pipeline, {
      prompt: ['a red cat', 'stars'],
      negative_prompt: ['', 'dog'],
      count: 2,
      seed: [5, 6, 7, 8],
    });
    expect(images.map(({ prompt, prompt_index, seed }) => [prompt, prompt_index, seed])).toEqual([
      ['a red cat', 0, 5],
      ['a red cat', 0, 6],
      ['stars', 1, 7],
      ['stars', 1, 8],
    ]);
  });

  it('of a list of seeds equal those of jobs of their own, in every byte', async () => {
    const prompts = { prompt: ['a red cat', 'stars'], negative_prompt: ['', 'dog'] };
    const scheduler = 'euler_ancestral';
    const together = await generate(sd.pipeline, { ...prompts, scheduler, seed: [5, 6] });
    for (const [i, seed] of [5, 6].entries()) {
      const alone = await generate(sd.pipeline, {
        prompt: [prompts.prompt[i]!],
        negative_prompt: [prompts.negative_prompt[i]!],
        scheduler,
        seed: [seed],
      });
      expect(alone.artifacts[0]!.bytes.equals(together.artifacts[i]!.bytes)).toBe(true);
    }
  });

  it('are the same whenever they are made, and others from another seed', async () => {
    const [first, again, other] = [
      await generate(sd.pipeline, { seed: 9, count: 2 }),
      await generate(sd.pipeline, { seed: 9, count: 2 }),
      await generate(sd.pipeline, { seed: 10, count: 2 }),
    ];
    expect(again.artifacts).toEqual(first.artifacts);
    const pictures = [...first.artifacts, ...other.artifacts].map(({ bytes }) => bytes.toString('base64'));
    expect(new Set(pictures).size).toBe(4);
  });

  it('are made by the scheduler that is asked for', async () => {
    const own = await generate(sd.pipeline);
    const named = await generate(sd.pipeline, { scheduler: 'pndm' });
    const other = await generate(sd.pipeline, { scheduler: 'dpm++_2m_karras' });
    const pixels = async ({ artifacts }: typeof own) => (await decode(artifacts[0]!)).data;
    expect(await pixels(named)).toEqual(await pixels(own));
    expect(await pixels(other)).not.toEqual(await pixels(own));
  });

  it('come without guidance from one row each, with it from two', async () => {
    sd.events.length = 0;
    await generate(sd.pipeline, { steps: 2, guidance_scale: 1, count: 2, scheduler: 'ddim' });
    expect(rowsOf(sd)).toEqual([2, 2]);
    sd.events.length = 0;
    await generate(sd.pipeline, { steps: 2, guidance_scale: 1.5, count: 2, scheduler: 'ddim' });
    expect(rowsOf(sd)).toEqual([4, 4]);
  });
});

describe('a picture to begin with', () => {
  it('shows the less in what is made, the more strength there is', async () => {
    const picture = stripedPicture(100, 70);
    const differences: number[] = [];
    const seen = feedsOf;
    for (const strength of [0.25, 0.5, 1]) {
      sd.events.length = 0;
      await generate(sd.pipeline, { strength, steps: 8, scheduler: 'ddim' }, { picture });
      expect(seen(sd.events, 'unet', 'sample')).toHaveLength(8 * strength);
      const [first] = seen(sd.events, 'unet', 'sample');
      differences.push(Math.max(...(first!.data as Float32Array).map(Math.abs)));
    }
    expect(differences).toEqual([...differences].sort((a, b) => a - b));
  });

  it('is refused by a model without the encoder for it, before anything is run', async () => {
    const without = await openSd(models);
    without.events.length = 0;
    const run = generate(without.pipeline, {}, { picture: stripedPicture(72, 48) });
    await expect(run).rejects.toMatchObject({ code: 'option_not_supported' });
    expect(without.events).toEqual([]);
  });
});

describe('while it runs, a generation', () => {
  it('counts the times that the network is asked, which some schedulers do once more', async () => {
    const counted: [number, number][] = [];
    await generate(
      sd.pipeline,
      { steps: 3 },
      { steps: { step: (done, of) => void counted.push([done, of]) } },
    );
    expect(new Set(counted.map(([, of]) => of))).toEqual(new Set([4]));
    const dones = counted.map(([done]) => done);
    expect(dones).toEqual([...dones].sort((a, b) => a - b));
    expect(new Set(dones)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it.each([0, 1, 3])('stops after step %i when it is canceled, and the next one is right', async (after) => {
    const expected = await generate(sd.pipeline);
    sd.events.length = 0;
    const steps = {
      step: (done: number) => {
        if (done === after) throw new Error('canceled');
      },
    };
    await expect(generate(sd.pipeline, { steps: 50 }, { steps })).rejects.toThrow('canceled');
    expect(rowsOf(sd)).toHaveLength(after);
    expect((await generate(sd.pipeline)).artifacts).toEqual(expected.artifacts);
  });

  it('shows small previews of every picture, under names of their own, but none after the last step', async () => {
    const previews: { artifact: PipelineArtifact; step: number }[] = [];
    const preview = (artifact: PipelineArtifact, step: number) => void previews.push({ artifact, step });
    const options = {
      steps: 6,
      scheduler: 'ddim',
      preview_every: 2,
      count: 2,
      width: 512,
      height: 256,
    } as const;
    const shown = await generate(sd.pipeline, options, { steps: { preview } });
    expect(previews.map(({ step }) => step)).toEqual([2, 2, 4, 4]);
    expect(previews.map(({ artifact }) => artifact.name)).toEqual([
      'preview-0-step-2.jpg',
      'preview-1-step-2.jpg',
      'preview-0-step-4.jpg',
      'preview-1-step-4.jpg',
    ]);
    for (const { artifact } of previews) {
      expect(artifact).toMatchObject({ role: 'preview', mediaType: 'image/jpeg', width: 256, height: 128 });
      expect(await decode(artifact)).toMatchObject({ width: 256, height: 128 });
    }
    const unseen = await generate(sd.pipeline, { ...options, preview_every: 0 }, { steps: { preview } });
    expect(previews).toHaveLength(4);
    expect(unseen.artifacts).toEqual(shown.artifacts);
  });
});

it('warming up runs every graph that a plain job runs, once', async () => {
  sd.events.length = 0;
  await sd.pipeline.warmUp();
  const ran = sd.events.filter(({ what }) => what === 'run').map(({ part }) => part);
  expect(new Set(ran)).toEqual(new Set(['text_encoder', 'unet', 'vae_decoder']));
  expect(feedsOf(sd.events, 'unet', 'sample').map(({ dims }) => dims)).toEqual([[2, 4, 8, 8]]);
});

it.each([
  ['more steps than the scheduler has', { steps: 1000, scheduler: 'ddim' }],
  ['fewer steps than strength leaves', { steps: 2, strength: 0.1 }],
] as const)('%s are refused before anything is run', async (_, options) => {
  sd.events.length = 0;
  const run = generate(sd.pipeline, options, { picture: stripedPicture(72, 48) });
  await expect(run).rejects.toMatchObject({ code: 'option_not_supported' });
  expect(sd.events).toEqual([]);
});
