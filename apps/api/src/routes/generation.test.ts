import { type Job, JobSchema } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSchema } from '../testing/expect-schema.js';
import { GENERATOR, GeneratorModels, TEXT_ONLY } from '../testing/generator-model.js';
import type { RegisteredModels } from '../testing/registered-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, jsonSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

const PROMPT = 'a red boat';

let service: RunningService;
let models: RegisteredModels;
let photo: Buffer;

beforeAll(async () => {
  [service, photo] = await Promise.all([startService({ models: [] }), testPhoto()]);
  models = await GeneratorModels.open(service);
});
afterAll(async () => {
  models?.close();
  await service?.stop();
});

const post = (init: RequestInit, query = '') => service.fetch(`/v1/generation${query}`, init);

async function submitted(init: RequestInit): Promise<Job> {
  const answer = await post(init);
  expect(answer.status, await answer.clone().text()).toBe(202);
  return expectSchema(answer, JobSchema);
}

const asked = (fields: object) => submitted(jsonSubmission({ prompt: PROMPT, ...fields }));

/** The options, which differ from task to task. */
const optionsOf = ({ input }: Job) => input as Readonly<Record<string, unknown>>;

function formOf(...fields: [name: string, text: string][]): RequestInit {
  const form = new FormData();
  for (const [name, text] of fields) form.append(name, text);
  return { method: 'POST', body: form };
}

describe('a generation', () => {
  it('needs a prompt and no picture; every option is told as it is used', async () => {
    const job = await asked({});
    expect(job).toMatchObject({ task: 'generation', model: TEXT_ONLY, status: 'queued' });
    const { seed, ...options } = optionsOf(job);
    expect(options).toEqual({
      image: null,
      priority: 5,
      prompt: [PROMPT],
      negative_prompt: [],
      width: 64,
      height: 64,
      steps: 20,
      guidance_scale: 7.5,
      scheduler: 'ddim',
      count: 1,
      preview_every: 0,
      output_format: 'png',
    });
    expect(seed).toEqual([expect.any(Number)]);
  });

  it('draws a seed for each picture where none is given, within what other tools take', async () => {
    const seeds = optionsOf(await asked({ prompt: ['a', 'b', 'c'], count: 20 })).seed as number[];
    expect(seeds).toHaveLength(60);
    expect(new Set(seeds).size).toBe(60);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
    const others = optionsOf(await asked({ prompt: ['a', 'b', 'c'], count: 20 })).seed;
    expect(others).not.toEqual(seeds);
  });

  it('keeps the seeds that are given, one for all or one for each', async () => {
    const max = Number.MAX_SAFE_INTEGER;
    for (const seed of [0, 7, max, [max, 0]]) {
      expect(optionsOf(await asked({ count: 2, seed })).seed).toEqual(seed);
    }
  });

  it('has a negative prompt for each prompt', async () => {
    const prompt = ['a', 'b'];
    const given = [
      [undefined, []],
      [[], []],
      ['', ['', '']],
      ['blurry', ['blurry', 'blurry']],
      [
        ['x', ''],
        ['x', ''],
      ],
    ];
    for (const [negative_prompt, all] of given) {
      expect(optionsOf(await asked({ prompt, negative_prompt })).negative_prompt).toEqual(all);
    }
  });

  it('takes any text as a prompt, unchanged', async () => {
    const prompts = [
      '',
      ' ',
      'a'.repeat(10_000),
      '🦜👨‍👩‍👧 a parrot 🟥',
      'قارب أحمر في البحر',
      '赤い船\n\u0000\ud83d',
      '["not", a list',
      '<script>alert(1)</script>',
    ];
    const job = await asked({ prompt: prompts });
    expect(optionsOf(job).prompt).toEqual(prompts);
    for (const prompt of prompts) expect(optionsOf(await asked({ prompt })).prompt).toEqual([prompt]);
  });

  it('comes as a form too, with one prompt, several, or a list of them', async () => {
    const forms = [
      [formOf(['prompt', '']), ['']],
      [formOf(['prompt', '🟥 قارب']), ['🟥 قارب']],
      [formOf(['prompt', 'a'], ['prompt', ''], ['prompt', 'c']), ['a', '', 'c']],
      [formOf(['prompt', '["a", "b"]']), ['a', 'b']],
      [formOf(['prompt', '[cinematic] a boat']), ['[cinematic] a boat']],
    ] as const;
    for (const [init, prompt] of forms) expect(optionsOf(await submitted(init)).prompt).toEqual(prompt);
    const numbers = formOf(['prompt', 'a'], ['count', '2'], ['seed', '[3, 4]'], ['guidance_scale', '1.5']);
    expect(optionsOf(await submitted(numbers))).toMatchObject({
      count: 2,
      seed: [3, 4],
      guidance_scale: 1.5,
    });
    const seeds = formOf(['prompt', 'a'], ['count', '2'], ['seed', '3'], ['seed', '4']);
    expect(optionsOf(await submitted(seeds)).seed).toEqual([3, 4]);
    expect(optionsOf(await submitted(formOf(['prompt', 'a'], ['seed', '5']))).seed).toBe(5);
  });

  it('can begin with a picture, with a model that takes one', async () => {
    const job = await submitted(formSubmission(photo, { prompt: PROMPT, strength: '0.25' }, 'boat.png'));
    expect(job).toMatchObject({
      model: GENERATOR,
      input: { image: { file_name: 'boat.png' }, strength: 0.25 },
    });
    const again = await asked({ image: { job: job.id } });
    expect(again.input).toMatchObject({ image: { sha256: job.input.image!.sha256 }, strength: 0.8 });
    expect(optionsOf(await asked({ model: GENERATOR })).strength).toBeUndefined();
  });

  it('has the proportions of the picture that it begins with, unless a size is asked for', async () => {
    const sizeOf = async (fields: Record<string, string>) => {
      const { width, height } = optionsOf(
        await submitted(formSubmission(photo, { prompt: PROMPT, ...fields })),
      );
      return [width, height];
    };
    expect(await sizeOf({})).toEqual([80, 64]);
    expect(await sizeOf({ width: '128' })).toEqual([128, 64]);
  });

  it('that failed is tried again with the same seeds', async () => {
    const job = await asked({});
    await fetch(job.urls.cancel, { method: 'POST' });
    const answer = await fetch(`${job.urls.self}/retry`, { method: 'POST' });
    const again = (await answer.json()) as Job;
    expect(again).toMatchObject({ retry_of: job.id, input: job.input });
  });
});
