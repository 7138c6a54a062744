import type { AnalysisResult, Job, JobList, Problem } from '@darkroom/contracts';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  type DarkroomProcess,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeClipModel,
  writeSdModel,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectRedBox, RED_BOX, redBoxPicture } from './testing/red-box.js';
import { TestService } from './testing/test-service.js';

// A whole service of three workers is started here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [CLIP, SAM, GENERATOR, FLAGGING] = ['clip', 'sam', 'generator', 'flagging'] as const;
const SLOW_ITERATIONS = 12;
const CONCEPTS = ['red', 'green', 'blue'];
/** Little to look at for the graph of the tests, whose scores are never high. */
const AUTOMATIC = { points_per_side: 4, pred_iou_thresh: 0, stability_score_thresh: 0 };

let service: TestService;
let picture: string;
const workers = new Map<string, DarkroomProcess>();

beforeAll(async () => {
  service = await TestService.start();
  const folder = service.modelsFolder;
  const options = { exported: 'meta', takesBoxes: true } as const;
  const graph = { encoder: samEncoderGraph(options), decoder: samDecoderGraph(options) };
  const manifest = samManifest(options);
  await Promise.all([
    writeClipModel(folder, { id: CLIP }),
    writeTestModel(folder, { id: SAM, graph, manifest: { ...manifest, defaults: { automatic: AUTOMATIC } } }),
    writeSdModel(folder, { id: GENERATOR, unet: { busyIterations: SLOW_ITERATIONS } }),
    writeSdModel(folder, { id: FLAGGING, safetyChecker: { flagsAbove: 0 } }),
  ]);
  picture = (await redBoxPicture()).toString('base64');
  await Promise.all([
    startWorker(CLIP, [CLIP]),
    startWorker(SAM, [SAM]),
    startWorker(GENERATOR, [GENERATOR, FLAGGING]),
  ]);
});
afterAll(() => service?.stop());

/** A worker that holds these models and no others. */
async function startWorker(name: string, models: readonly string[]): Promise<void> {
  workers.set(name, await service.startWorker({ DARKROOM_MODELS: models.join(',') }));
}

const ask = (path: string, init: RequestInit = {}) => fetch(new URL(path, service.url), init);

const post = (fields: object, query = '') =>
  ask(`/v1/analysis${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });

async function submitted(fields: object): Promise<Job> {
  const answer = await post(fields);
  expect(answer.status, await answer.clone().text()).toBe(202);
  return (await answer.json()) as Job;
}

async function analyzed(fields: object): Promise<Job> {
  const job = await service.client.waitForEnd(await submitted(fields));
  expect(job.error).toBeNull();
  return job;
}

const ofPicture = (fields: object) => analyzed({ image: { base64: picture }, concepts: CONCEPTS, ...fields });
const resultOf = ({ result }: Job) => result as AnalysisResult;
const childrenOf = async ({ id }: Job) =>
  ((await (await ask(`/v1/jobs?parent_id=${id}`)).json()) as JobList).jobs;

/** Until a child of the job is in a stage that takes its time. */
async function untilChildRuns(job: Job, model: string): Promise<Job> {
  let running: Job | undefined;
  await expect
    .poll(
      async () => {
        const child = (await childrenOf(job)).find((one) => one.model === model);
        if (child?.status === 'running') running = await service.client.job(child);
        return running?.progress.stage;
      },
      { timeout: 60_000, interval: 10 },
    )
    .toBe('inference');
  return running!;
}

describe('an analysis by workers that hold one model each', () => {
  it('scores the picture and the regions that are found, largest first', async () => {
    const job = await ofPicture({
      max_regions: 3,
      outputs: ['overlay', 'crops', 'embedding', 'model_input'],
    });
    const { width, height, top_concept, concepts, regions, embedding } = resultOf(job);
    expect({ width, height }).toEqual(RED_BOX);
    expect(top_concept).toBe('red');
    expect(concepts.map(({ text }) => text)).toEqual(CONCEPTS);
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.length).toBeLessThanOrEqual(3);
    const areas = regions.map(({ area }) => area);
    expect(areas).toEqual(areas.toSorted((a, b) => b - a));
    const box = regions.find((region) => region.top_concept === 'red' && region.area < 3000);
    expectRedBox(box);
    expect(embedding).toHaveLength(3);
    const names = job.artifacts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['overlay.jpg', 'crop-0.jpg', 'embedding.npy']));
    for (const { name } of job.artifacts) {
      expect((await service.client.artifact(job, name)).byteLength).toBeGreaterThan(0);
    }
  });

  it('is one job with a child for each part, which no list has but its own', async () => {
    const job = await ofPicture({});
    const children = await childrenOf(job);
    expect(children.map(({ id }) => id).toSorted()).toEqual(job.children.toSorted());
    const parts = children.map(({ task, model, parent_id }) => [task, model, parent_id].join(' '));
    expect(parts.toSorted()).toEqual([
      `analysis ${CLIP} ${job.id}`,
      `analysis ${CLIP} ${job.id}`,
      `segmentation ${SAM} ${job.id}`,
    ]);
    const { jobs } = (await (await ask('/v1/jobs?limit=200')).json()) as JobList;
    expect(jobs.filter(({ parent_id }) => parent_id !== null)).toEqual([]);
    expect(job).toMatchObject({ task: 'analysis', model: CLIP, attempts: 1, parent_id: null });
    expect(job.progress).toEqual({ stage: 'done', fraction: 1, step: null, steps: null });
    expect(job.timings.inference_ms).toBeGreaterThan(0);
    expect(job.model_version).toBe(children.find(({ model }) => model === CLIP)!.model_version);
  });

  it('looks where it is told to, in the order given', async () => {
    const regions = [{ box: [15, 5, 75, 55] }, { points: [{ x: 40, y: 30 }] }];
    const job = await ofPicture({ regions, mask_format: 'polygon' });
    const found = resultOf(job).regions;
    expect(found).toHaveLength(2);
    for (const region of found) {
      expectRedBox(region);
      expect(region).toMatchObject({ top_concept: 'red', crop: null });
      expect(region.polygons).toBeDefined();
    }
    expect(job.input).toMatchObject({
      concepts: CONCEPTS,
      segmentation_model: SAM,
      regions: [{ box: [15, 5, 75, 55] }, { points: [{ x: 40, y: 30, positive: true }] }],
    });
  });

  it('is one job of one model where only the whole is looked at, as an endpoint for embeddings too', async () => {
    const job = await ofPicture({ max_regions: 0, concepts: undefined, outputs: ['embedding'] });
    expect(job.children).toEqual([]);
    expect(resultOf(job)).toMatchObject({ concepts: [], top_concept: null, regions: [] });
    const length = Math.hypot(...resultOf(job).embedding!);
    expect(length).toBeCloseTo(1, 5);
  });

  it('is answered with its overlay where a picture is asked for', async () => {
    const form = new FormData();
    form.set('image', new Blob([Uint8Array.from(Buffer.from(picture, 'base64'))]), 'red.png');
    for (const concept of CONCEPTS) form.append('concepts', concept);
    const init = { method: 'POST', body: form, headers: { accept: 'image/png' } };
    const answer = await ask('/v1/analysis?wait=50', init);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  it('runs fifty concepts and thirty regions as a handful of batches', async () => {
    const concepts = Array.from(
      { length: 50 },
      (_, i) => `${CONCEPTS[i % 3]} circle ${'a '.repeat(i % 7)}${i}`,
    );
    const regions = Array.from({ length: 30 }, (_, i) => ({ points: [{ x: 21 + i, y: 30 }] }));
    const job = await ofPicture({ concepts, regions });
    expect(resultOf(job).regions).toHaveLength(30);
    expect(resultOf(job).regions.every((region) => region.concepts.length === 50)).toBe(true);
    expect(job.children).toHaveLength(3);
  });

  it('of a picture of one colour is answered', async () => {
    const plain = await encodePicture(pixelsOf(new Uint8Array(40 * 30 * 3).fill(90), 40, 30), 'png');
    const job = await analyzed({ image: { base64: plain.toString('base64') }, concepts: ['red'] });
    expect(resultOf(job).concepts[0]).toMatchObject({ text: 'red', score: 1 });
    expect(job.warnings.map(({ code }) => code)).toEqual(['one_concept']);
  });
});

describe('an analysis of a picture that is generated first', () => {
  const generate = { model: GENERATOR, prompt: 'a red cat', steps: 12, seed: 4 };
  /** What comes of `asked`, once a test has had it. */
  let expected: Job['result'];
  const asked = { generate, concepts: CONCEPTS, regions: [{ box: [4, 4, 40, 40] }], outputs: ['embedding'] };

  it('has it as an artifact, moves with its steps, and can be asked for again by its input', async () => {
    const job = await submitted(asked);
    const child = await untilChildRuns(job, GENERATOR);
    await expect
      .poll(async () => (await service.client.job(job)).progress.step ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(1);
    expect(child.parent_id).toBe(job.id);
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'succeeded', input: { image: null, generate: { seed: 4 } } });
    const image = ended.artifacts.find(({ role }) => role === 'image')!;
    expect(resultOf(ended)).toMatchObject({ width: image.width, height: image.height });
    const { image: _, priority: __, segmentation_model, ...again } = ended.input as Record<string, unknown>;
    const repeated = await analyzed({ ...again, segmentation_model });
    expect(repeated.result).toEqual(ended.result);
    expected = ended.result;
  });

  it.each([GENERATOR, SAM, CLIP])(
    'ends in one right result though the worker of %s is killed',
    async (name) => {
      const job = await submitted(asked);
      await untilChildRuns(job, GENERATOR);
      await workers.get(name)!.end('SIGKILL');
      await startWorker(name, name === GENERATOR ? [GENERATOR, FLAGGING] : [name]);
      const ended = await service.client.waitForEnd(job, { giveUpAfterMs: 100_000 });
      expect(ended).toMatchObject({ status: 'succeeded', error: null, result: expected });
      expect(ended.children).toHaveLength(4);
      expect((await childrenOf(ended)).every(({ status }) => status === 'succeeded')).toBe(true);
    },
  );

  it('that is canceled stops the child that runs, and begins no other', async () => {
    const job = await submitted({ ...asked, generate: { ...generate, steps: 200 } });
    const child = await untilChildRuns(job, GENERATOR);
    const canceled = await service.client.cancel(job);
    expect(canceled.status).toBe('canceled');
    expect((await service.client.job(child)).status).toBe('canceled');
    // What ran 200 steps would still hold the only process of the model.
    const next = await analyzed({ ...asked, generate: { ...generate, steps: 2 } });
    expect(next.timings.total_ms!).toBeLessThan(30_000);
    expect(await childrenOf(job)).toHaveLength(1);
  });

  it('whose waiting children are canceled with it, too', async () => {
    await workers.get(SAM)!.stop();
    const job = await submitted({ image: { base64: picture }, concepts: CONCEPTS });
    await expect.poll(async () => (await childrenOf(job)).length, { timeout: 30_000 }).toBe(2);
    await service.client.cancel(job);
    const statuses = (await childrenOf(job)).map(({ model, status }) => [model, status].join(' '));
    expect(statuses).toContain(`${SAM} canceled`);
    await startWorker(SAM, [SAM]);
  });

  it('goes the way of a child that is canceled', async () => {
    const job = await submitted({ ...asked, generate: { ...generate, steps: 200 } });
    await service.client.cancel(await untilChildRuns(job, GENERATOR));
    await expect
      .poll(async () => (await service.client.job(job)).status, { timeout: 30_000 })
      .toBe('canceled');
  });

  it('fails with the reason of its part, can be tried again, and goes with its children', async () => {
    const flagged = await submitted({ ...asked, generate: { model: FLAGGING, prompt: 'a cat', steps: 2 } });
    const failed = await service.client.waitForEnd(flagged);
    expect(failed.error).toMatchObject({ code: 'inference_failed' });
    expect(failed.error!.detail).toContain('safety checker');
    const retried = await service.client.waitForEnd(await service.client.retry(failed));
    expect(retried).toMatchObject({ status: 'failed', retry_of: failed.id });
    expect(retried.children).toHaveLength(1);
    expect(retried.children).not.toEqual(failed.children);
    await service.client.delete(retried);
    expect((await ask(`/v1/jobs/${retried.children[0]}`)).status).toBe(404);
  });

  it('ends at its deadline with all that is left of it', async () => {
    const fields = { ...asked, generate: { ...generate, steps: 400 }, deadline_seconds: 2 };
    const job = await service.client.waitForEnd(await submitted(fields));
    expect(job.status).toBe('expired');
    await expect.poll(async () => (await childrenOf(job)).map(({ status }) => status)).toEqual(['expired']);
  });
});

describe('an analysis', () => {
  const image = () => ({ base64: picture });
  const long = 'a'.repeat(2000);
  const refusals: [name: string, fields: () => object, code: string, pointer: string, says: RegExp][] = [
    ['without concepts', () => ({ image: image() }), 'invalid_field', '#/concepts', /no "concepts"/],
    ['with an empty list', () => ({ image: image(), concepts: [] }), 'invalid_field', '#/concepts', /1/],
    [
      'with 10,000 concepts',
      () => ({ image: image(), concepts: Array.from({ length: 10_000 }, String) }),
      'invalid_field',
      '#/concepts',
      /1000/,
    ],
    [
      'with an empty text',
      () => ({ image: image(), concepts: ['a', ''] }),
      'invalid_field',
      '#/concepts/1',
      /./,
    ],
    [
      'with a blank text',
      () => ({ image: image(), concepts: [' \n'] }),
      'invalid_field',
      '#/concepts/0',
      /blank/,
    ],
    [
      'with a long text',
      () => ({ image: image(), concepts: [long] }),
      'invalid_field',
      '#/concepts/0',
      /1000/,
    ],
    [
      'with a template without place',
      () => ({ image: image(), concepts: ['a'], template: 'a photo' }),
      'invalid_field',
      '#/template',
      /\{\}/,
    ],
    [
      'with a region outside',
      () => ({ image: image(), concepts: ['a'], regions: [{ box: [200, 0, 300, 10] }] }),
      'invalid_field',
      '#/regions/0/box',
      /outside the picture/,
    ],
    [
      'with a point outside',
      () => ({ image: image(), concepts: ['a'], regions: [{ points: [{ x: -1, y: 0 }] }] }),
      'invalid_field',
      '#/regions/0/points/0',
      /outside the picture/,
    ],
    [
      'with a region that says nothing',
      () => ({ image: image(), concepts: ['a'], regions: [{}] }),
      'invalid_field',
      '#/regions/0',
      /box/,
    ],
    [
      'with a box and points',
      () => ({ image: image(), concepts: ['a'], regions: [{ box: [0, 0, 9, 9], points: [{ x: 1, y: 1 }] }] }),
      'invalid_field',
      '#/regions/0',
      /Leave one out/,
    ],
    [
      'with regions and a limit',
      () => ({ image: image(), concepts: ['a'], regions: [{ box: [0, 0, 9, 9] }], max_regions: 3 }),
      'invalid_field',
      '#/max_regions',
      /Leave one out/,
    ],
    ['without a picture', () => ({ concepts: ['a'] }), 'image_missing', '', /generate/],
    [
      'with two pictures',
      () => ({ image: image(), generate: { prompt: 'a' }, concepts: ['a'] }),
      'invalid_field',
      '#/generate',
      /Leave one out/,
    ],
    [
      'of several prompts',
      () => ({ generate: { prompt: ['a', 'b'] }, concepts: ['a'] }),
      'invalid_field',
      '#/generate/prompt',
      /one value/,
    ],
    [
      'of steps that are too many',
      () => ({ generate: { prompt: 'a', steps: 10_000 }, concepts: ['a'] }),
      'invalid_field',
      '#/generate/steps',
      /1000/,
    ],
    [
      'of a width that the generator lacks',
      () => ({ generate: { model: GENERATOR, prompt: 'a', width: 65 }, concepts: ['a'] }),
      'option_not_supported',
      '#/generate/width',
      /multiple/,
    ],
    [
      'by a segmentation model that is none',
      () => ({ image: image(), concepts: ['a'], segmentation_model: CLIP }),
      'model_task_mismatch',
      '#/segmentation_model',
      /segmentation/,
    ],
    [
      'by a generator that nobody has',
      () => ({ generate: { model: 'nobody', prompt: 'a' }, concepts: ['a'] }),
      'model_not_found',
      '',
      /nobody/,
    ],
  ];

  it.each(refusals)('%s is refused with its reason', async (_name, fields, code, pointer, says) => {
    const answer = await post(fields());
    const problem = (await answer.json()) as Problem;
    expect(problem).toMatchObject({ code });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(problem.detail).toMatch(says);
    if (pointer !== '') expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });
});
