import { PICTURE_FORMATS } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, generate, openSd, type RecordedSd } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;
let sd: RecordedSd;

beforeAll(async () => {
  models = await TestModels.create();
  sd = await openSd(models);
});

afterAll(() => models.delete());

/** The JSON in a file's metadata, which no format compresses. */
function descriptionIn(bytes: Buffer): Record<string, unknown> {
  const text = bytes.toString('latin1');
  const from = text.indexOf('{"model"');
  return JSON.parse(text.slice(from, text.indexOf('\0', from)));
}

describe.each(PICTURE_FORMATS)('a picture as %s', (output_format) => {
  it('tells what it was made of', async () => {
    const prompt = 'a “red” café, 猫 and 🦊\n\\';
    const { artifacts } = await generate(sd.pipeline, {
      prompt: [prompt],
      negative_prompt: ['dog'],
      scheduler: 'ddim',
      output_format,
      seed: 2 ** 53 - 1,
    });
    expect(descriptionIn(artifacts[0]!.bytes)).toEqual({
      model: 'model',
      prompt,
      negative_prompt: 'dog',
      width: 72,
      height: 48,
      steps: 4,
      guidance_scale: 7.5,
      scheduler: 'ddim',
      seed: 2 ** 53 - 1,
      count: 1,
    });
  });

  it('tells an empty negative prompt, and of none nothing', async () => {
    const described = async (negative_prompt: string[]) => {
      const { artifacts } = await generate(sd.pipeline, { negative_prompt, output_format });
      return descriptionIn(artifacts[0]!.bytes);
    };
    expect(await described([''])).toMatchObject({ negative_prompt: '' });
    expect(await described([])).not.toHaveProperty('negative_prompt');
  });

  it('bears a prompt of 10,000 characters, of which the beginning is told', async () => {
    const prompt = '🦊'.repeat(5000);
    const negative = 'لا'.repeat(5000);
    const { artifacts, warnings } = await generate(sd.pipeline, {
      prompt: [prompt],
      negative_prompt: [negative],
      output_format,
    });
    const told = descriptionIn(artifacts[0]!.bytes) as { prompt: string; negative_prompt: string };
    expect(told.prompt.length).toBeGreaterThanOrEqual(1000);
    expect(prompt.startsWith(told.prompt)).toBe(true);
    expect(negative.startsWith(told.negative_prompt)).toBe(true);
    expect(await decode(artifacts[0]!)).toMatchObject({ width: 72, height: 48 });
    expect(warnings.map(({ code }) => code)).toEqual(['prompt_cut', 'prompt_cut']);
  });
});

it('what a picture tells makes it again', async () => {
  const prompts = { prompt: ['stars', 'a red cat'], negative_prompt: ['', 'dog'] };
  for (const seed of [7, [7, 8, 9, 10]]) {
    const { artifacts } = await generate(sd.pipeline, { ...prompts, count: 2, seed });
    const third = artifacts[2]!;
    const { prompt, negative_prompt, ...told } = descriptionIn(third.bytes);
    const again = await generate(sd.pipeline, {
      ...told,
      prompt: [prompt as string],
      negative_prompt: [negative_prompt as string],
    });
    expect(again.images.every((image) => image.prompt === 'a red cat')).toBe(true);
    const pixels = await Promise.all(
      [third, ...again.artifacts].map(async (one) => (await decode(one)).data),
    );
    const [expected, ...made] = pixels.map((data) => Buffer.from(data).toString('base64'));
    expect(made).toContain(expected);
  }
});

describe('a prompt that is too long', () => {
  it('is cut, and the end is named', async () => {
    const { warnings } = await generate(sd.pipeline, { prompt: ['a red cat by the big old sea'] });
    expect(warnings).toEqual([
      {
        code: 'prompt_cut',
        detail: 'The model reads 16 tokens; the end of the prompt was left out: “d sea”.',
      },
    ]);
  });

  it('is not spoken of where nobody reads it: a negative one without guidance', async () => {
    const negative_prompt = ['a red cat by the big old sea'];
    expect((await generate(sd.pipeline, { negative_prompt, guidance_scale: 1 })).warnings).toEqual([]);
    expect((await generate(sd.pipeline, { negative_prompt })).warnings).toHaveLength(1);
  });
});

it.each(['', '   ', '\u0000', 'שלום עולם', '\ud83e', '<|endoftext|>', '😀', "'s"])(
  'the prompt %j makes a picture',
  async (prompt) => {
    expect((await generate(sd.pipeline, { prompt: [prompt] })).artifacts).toHaveLength(1);
  },
);
