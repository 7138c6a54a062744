import { GenerationResultSchema, type Job, JobSchema, type TaskResult } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../testing/event-reader.js';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { GeneratorModels } from '../testing/generator-model.js';
import type { MadeFile, RegisteredModels } from '../testing/registered-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission, withHeaders } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

const PROMPT = 'a red boat';

let service: RunningService;
let models: RegisteredModels;

beforeAll(async () => {
  service = await startService({ models: [] });
  models = await GeneratorModels.open(service);
});
afterAll(async () => {
  models?.close();
  await service?.stop();
});

const post = (fields: object, headers: Readonly<Record<string, string>> = {}) =>
  service.fetch('/v1/generation', withHeaders(jsonSubmission({ prompt: PROMPT, ...fields }), headers));

async function asked(fields: object): Promise<Job> {
  const answer = await post(fields);
  expect(answer.status, await answer.clone().text()).toBe(202);
  return expectSchema(answer, JobSchema);
}

async function newestJobs(): Promise<Job[]> {
  const answer = await service.fetch('/v1/jobs?limit=1');
  return ((await answer.json()) as { jobs: Job[] }).jobs;
}

/** Submits, and gives the job and what its request will be answered with. */
async function answering(headers: Readonly<Record<string, string>>) {
  const before = (await newestJobs())[0]?.id;
  const answer = post({}, headers);
  for (;;) {
    const [job] = await newestJobs();
    if (job && job.id !== before) return { answer, job: await service.job(job.id) };
  }
}

const png = (index: number, bytes = Buffer.from(`picture ${index}`)): MadeFile => ({
  name: `image-${index}.png`,
  role: 'image',
  index,
  bytes,
  mediaType: 'image/png',
});

function result(...artifacts: (string | null)[]): TaskResult {
  const images = artifacts.map((artifact, index) => ({
    index,
    artifact,
    url: null,
    prompt: PROMPT,
    prompt_index: 0,
    seed: 7,
    width: 64,
    height: 64,
    flagged: artifact === null,
  }));
  return { images };
}

describe('generated pictures', () => {
  it('have their addresses in the result, and the first is the picture of the job', async () => {
    const job = await asked({ count: 3 });
    await models.succeed(job, result(null, 'image-1.png', 'image-2.png'), [png(1), png(2)], { steps: 20 });
    const ended = await expectSchema(await fetch(job.urls.self), JobSchema);
    const urls = [null, `${job.urls.self}/artifacts/image-1.png`, `${job.urls.self}/artifacts/image-2.png`];
    const imagesOf = (given: unknown) => (given as { images: { url: string | null }[] }).images;
    expect(imagesOf(ended.result).map(({ url }) => url)).toEqual(urls);
    expect(ended.urls.picture).toBe(urls[1]);
    expect(ended.progress).toEqual({ stage: 'done', fraction: 1, step: 20, steps: 20 });
    expect(await (await fetch(urls[1]!)).text()).toBe('picture 1');
    const alone = await expectSchema(await fetch(job.urls.result), GenerationResultSchema);
    expect(alone).toEqual(ended.result);
    const saved = await fetch(`${urls[1]}?download=1`);
    expect(saved.headers.get('content-disposition')).toBe(`attachment; filename="${job.id}.image-1.png"`);
  });

  it('are the answer where a picture is asked for, in the format that is asked for', async () => {
    const { answer: coming, job } = await answering({ accept: 'image/webp' });
    expect(job.input).toMatchObject({ output_format: 'webp' });
    const file = { ...png(0), name: 'image-0.webp', mediaType: 'image/webp' };
    await models.succeed(job, result('image-0.webp'), [file]);
    const answer = await coming;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect(await answer.text()).toBe('picture 0');
  });

  it('are not the answer where all were withheld, which is said', async () => {
    const { answer, job } = await answering({ accept: 'image/*' });
    await models.succeed(job, result(null));
    const problem = await expectProblem(await answer, 'job_has_no_result');
    expect(problem.detail).toContain('withheld');
  });

  it('can be the picture of another job, which the job itself has none to offer for', async () => {
    const job = await asked({});
    const bytes = Buffer.from(await testPhoto('png'));
    await models.succeed(job, result('image-0.png'), [png(0, bytes)]);
    const image = { job: job.id };
    const own = await expectProblem(await post({ image }), 'image_missing');
    expect(own.detail).toMatch(/was given no picture.*"artifact": "<name>".*Its artifacts: image-0.png/);
    const varied = await asked({ image: { ...image, artifact: 'image-0.png' } });
    expect(varied.input.image).toMatchObject({ file_name: 'image-0.png', bytes: bytes.length });
    const input = await service.fetch(`/v1/jobs/${job.id}/input`);
    expect((await expectProblem(input, 'artifact_not_found')).detail).toContain('was given no picture');
  });

  it('have no place in tables', async () => {
    const job = await asked({});
    await models.succeed(job, result('image-0.png'), [png(0)]);
    for (const format of ['csv', 'coco', 'yolo']) {
      const answer = await fetch(`${job.urls.result}?format=${format}`);
      const problem = await expectProblem(answer, 'option_not_supported');
      expect(problem.detail).toContain('no place for generated pictures');
    }
  });
});

describe('previews', () => {
  const preview = (step: number): MadeFile => ({
    name: `preview-0-${step}.jpg`,
    role: 'preview',
    index: 0,
    bytes: Buffer.from(`after ${step}`),
    mediaType: 'image/jpeg',
  });

  it('are events while the job runs, and among its artifacts then and afterwards', async () => {
    const job = await asked({ preview_every: 5 });
    await models.begin(job);
    const events = readEvents(await fetch(job.urls.events));
    expect((await events.next()).value).toMatchObject({ event: 'status', data: { artifacts: [] } });
    await models.preview(job, preview(5), 5);
    const { value } = await events.next();
    const url = `${job.urls.self}/artifacts/preview-0-5.jpg`;
    expect(value).toMatchObject({
      event: 'preview',
      data: { id: job.id, artifact: 'preview-0-5.jpg', url, step: 5 },
    });
    expect(await (await fetch(url)).text()).toBe('after 5');
    await models.preview(job, preview(10), 10);
    await events.next();
    const late = readEvents(await fetch(job.urls.events));
    const begun = (await late.next()).value;
    expect(begun.data.artifacts.map(({ name }: { name: string }) => name)).toEqual([
      'preview-0-5.jpg',
      'preview-0-10.jpg',
    ]);
    await models.succeed(job, result('image-0.png'), [png(0)]);
    const done = (await events.next()).value;
    expect(done).toMatchObject({ event: 'done' });
    const roles = done.data.artifacts.map(({ role }: { role: string }) => role);
    expect(roles).toEqual(['image', 'preview', 'preview']);
    const inline = (await (await fetch(`${job.urls.self}?inline=true`)).json()) as Job;
    expect(inline.artifacts.map(({ base64 }) => Buffer.from(base64!, 'base64').toString())).toEqual([
      'picture 0',
      'after 5',
      'after 10',
    ]);
  });

  it('of an attempt that was lost are not those of the next', async () => {
    const job = await asked({ preview_every: 5 });
    await models.begin(job);
    await models.preview(job, preview(5), 5);
    await models.begin(job);
    expect((await service.job(job.id)).artifacts).toEqual([]);
    const gone = await service.fetch(`/v1/jobs/${job.id}/artifacts/preview-0-5.jpg`);
    await expectProblem(gone, 'artifact_not_found');
  });
});
