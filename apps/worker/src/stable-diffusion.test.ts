import type { GenerationResult, Job } from '@darkroom/contracts';
import { decodeImage } from '@darkroom/imaging';
import { type DarkroomProcess, SD_KINDS, writeSdModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { redBoxPicture } from './testing/red-box.js';
import { inferencePids, TestService, untilRunning } from './testing/test-service.js';

// A whole service is started here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const KINDS = Object.keys(SD_KINDS) as (keyof typeof SD_KINDS)[];
const SLOW = 'slow';
/** Some hundred milliseconds a step, of which a job has 50. */
const SLOW_ITERATIONS = 40;
const STEPS = 50;

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  const folder = service.modelsFolder;
  await Promise.all(KINDS.map((kind) => writeSdModel(folder, { id: kind, kind, vaeEncoder: {} })));
  await writeSdModel(folder, { id: SLOW, unet: { busyIterations: SLOW_ITERATIONS } });
  await writeSdModel(folder, { id: 'flagging', safetyChecker: { flagsAbove: 0 } });
  worker = await service.startWorker();
});
afterAll(() => service?.stop());

type Submission = Parameters<typeof service.client.submitGeneration>[0];

async function made(submission: Submission): Promise<Job> {
  const job = await service.client.submitGeneration(submission, { waitSeconds: 50 });
  const ended = await service.client.waitForEnd(job);
  expect(ended.error).toBeNull();
  return ended;
}

const imagesOf = ({ result }: Job) => (result as GenerationResult).images;

/** The bytes of a job's pictures, as they are fetched. */
async function filesOf(job: Job): Promise<Buffer[]> {
  const urls = imagesOf(job).flatMap(({ url }) => (url === null ? [] : [url]));
  const answers = await Promise.all(urls.map((url) => fetch(new URL(url, service.url))));
  return Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())));
}

describe.each(KINDS)('%s through the service', (model) => {
  it('makes pictures of a prompt, the same from the same seed', async () => {
    const asked = { model, prompt: 'a red cat', width: 72, height: 48, steps: 4, seed: 5, count: 2 };
    const [first, again] = [await made(asked), await made(asked)];
    expect(imagesOf(first)).toMatchObject([
      { index: 0, prompt: 'a red cat', seed: 5, width: 72, height: 48, flagged: false },
      { index: 1, prompt: 'a red cat', seed: 5, width: 72, height: 48, flagged: false },
    ]);
    const files = await filesOf(first);
    expect(await decodeImage(files[0]!, { maxPixels: 1e6 })).toMatchObject({ width: 72, height: 48 });
    expect(files[0]!.equals(files[1]!)).toBe(false);
    expect(await filesOf(again)).toEqual(files);
  });

  it('begins with a picture', async () => {
    const job = await made({
      model,
      prompt: 'a blue cat',
      image: await redBoxPicture(),
      steps: 8,
      strength: 0.5,
      seed: 5,
    });
    expect(await filesOf(job)).toHaveLength(1);
    expect(job.input).toMatchObject({ strength: 0.5, seed: 5 });
  });
});

describe('a job', () => {
  it('has a seed for each picture where it was given none, which makes the same picture', async () => {
    const asked = { model: 'sd2', prompt: ['a', 'b'], steps: 3 };
    const first = await made(asked);
    const seed = imagesOf(first).map((image) => image.seed);
    expect(new Set(seed).size).toBe(2);
    const again = await made({ ...asked, seed });
    expect(await filesOf(again)).toEqual(await filesOf(first));
  });

  it('shows previews and its steps, those that its scheduler takes', async () => {
    const job = await made({ model: 'sd1', prompt: 'a', steps: 6, preview_every: 2 });
    expect(job.progress).toMatchObject({ stage: 'done', steps: 7 });
    const previews = job.artifacts!.filter(({ role }) => role === 'preview');
    expect(previews.map(({ name }) => name)).toEqual([
      'preview-0-step-2.jpg',
      'preview-0-step-4.jpg',
      'preview-0-step-6.jpg',
    ]);
  });

  it('whose pictures are flagged says so, and gives none', async () => {
    const job = await made({ model: 'flagging', prompt: 'a', steps: 2, scheduler: 'ddim' });
    expect(imagesOf(job)).toMatchObject([{ flagged: true, artifact: null, url: null }]);
    expect(job.artifacts!.filter(({ role }) => role === 'image')).toEqual([]);
  });

  it.each([
    ['no prompt at all', ''],
    ['blanks', ' '.repeat(10_000)],
    ['signs that can’t be seen', '\u0000\u202e'],
    ['letters from right to left', 'שלום, مرحبا'],
    ['ten thousand characters of emoji', '🦊'.repeat(5000)],
  ])('with %s makes a picture', async (_, prompt) => {
    const job = await made({ model: 'sd1', prompt, steps: 1, scheduler: 'ddim' });
    expect(await filesOf(job)).toHaveLength(1);
    expect(imagesOf(job)[0]!.prompt).toBe(prompt);
  });

  it('with a prompt that is too long has a warning with the end of it', async () => {
    const job = await made({ model: 'sd1', prompt: 'a red cat by the big old sea', steps: 1 });
    expect(job.warnings).toEqual([{ code: 'prompt_cut', detail: expect.stringContaining('“d sea”') }]);
  });

  it('of more steps than its scheduler takes fails, and says why', async () => {
    const job = await service.client.submitGeneration({ model: 'sd1', prompt: 'a', steps: 1000 });
    const { status, error } = await service.client.waitForEnd(job);
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'option_not_supported' });
  });
});

it.each<[string, Partial<Submission>, string]>([
  ['no steps', { steps: 0 }, '"steps" must be a whole number from 1 to 1000'],
  ['ten thousand steps', { steps: 10_000 }, '"steps" must be a whole number from 1 to 1000'],
  ['a width of 65', { width: 65 }, 'nearest are 64 and 72'],
  ['guidance that is no number', { guidance_scale: Number.NaN }, '"guidance_scale" must be a number'],
  ['a thousand pictures', { count: 1000 }, '"count" must be a whole number from 1 to 64'],
  ['10,001 characters', { prompt: 'a'.repeat(10_001) }, '"prompt" must be a text of 0 to 10000 characters'],
])('a request for %s is refused, with what to do', async (_, fields, detail) => {
  const asked = service.client.submitGeneration({ model: 'sd1', prompt: 'a', ...fields });
  const problem = { status: 422, detail: expect.stringContaining(detail) };
  await expect(asked).rejects.toMatchObject({ problem });
});

describe('a run of 50 steps', () => {
  const asked = { model: SLOW, prompt: 'a red cat', steps: STEPS, scheduler: 'ddim', seed: 3 } as const;
  const toStep = async (job: Job, step: number, attempt = 1) => {
    await untilRunning(service.client, job, attempt);
    await expect
      .poll(async () => (await service.client.job(job)).progress.step ?? 0, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(step);
  };

  it('that is canceled at the third frees the worker within one step and keeps the model loaded', async () => {
    const job = await service.client.submitGeneration(asked);
    await toStep(job, 3);
    const pids = inferencePids(worker, SLOW);
    const canceled = await service.client.cancel(job);
    expect(canceled).toMatchObject({ status: 'canceled', progress: { steps: STEPS } });
    expect(canceled.progress.step).toBeLessThan(STEPS / 2);
    const next = await made({ ...asked, steps: 2 });
    // What was left of the first would have taken many times as long as all of the second.
    expect(next.timings.queue_ms!).toBeLessThan(next.timings.inference_ms! * (STEPS / 2 - 3));
    expect(inferencePids(worker, SLOW)).toEqual(pids);
  });

  it('whose process is killed is made again from the same seed, the same in every byte', async () => {
    const short = { ...asked, steps: 10 };
    const expected = await filesOf(await made(short));
    const job = await service.client.submitGeneration(short);
    await toStep(job, 3);
    process.kill(inferencePids(worker, SLOW)[0]!, 'SIGKILL');
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(ended.warnings.map(({ code }) => code)).toEqual(['memory_short']);
    expect(await filesOf(ended)).toEqual(expected);
  });

  it('whose worker is killed is made again by another, the same in every byte', async () => {
    const short = { ...asked, steps: 12, seed: [9, 10], count: 2 };
    const expected = await filesOf(await made(short));
    const job = await service.client.submitGeneration(short);
    await toStep(job, 2);
    await worker.end('SIGKILL');
    worker = await service.startWorker();
    const ended = await service.client.waitForEnd(job, { giveUpAfterMs: 100_000 });
    expect(ended).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(await filesOf(ended)).toEqual(expected);
  });
});
