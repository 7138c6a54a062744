import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, JobSchema } from '@darkroom/contracts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import {
  AWAY_MODEL,
  QUICK_MODEL,
  type RunningService,
  SLOW_MODEL,
  startService,
} from '../testing/start-service.js';
import { formSubmission, jsonSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let redis: Redis;
let photo: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, SLOW_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
  redis = new Redis(service.redis.url);
});
afterAll(async () => {
  redis.disconnect();
  await service.stop();
});

async function submit(model: string, fields: Record<string, string> = {}, query = ''): Promise<Job> {
  const answer = await service.fetch(`/v1/segmentation${query}`, formSubmission(photo, { model, ...fields }));
  return (await answer.json()) as Job;
}

const cancel = (id: string, init: RequestInit = {}) =>
  service.fetch(`/v1/jobs/${id}/cancel`, { method: 'POST', ...init });
const remove = (id: string) => service.fetch(`/v1/jobs/${id}`, { method: 'DELETE' });

describe('cancelling', () => {
  it('ends a queued job at once', async () => {
    const { id } = await submit(AWAY_MODEL);
    const answer = await cancel(id);
    expect(answer.status).toBe(200);
    const job = await expectSchema(answer, JobSchema);
    expect(job).toMatchObject({
      status: 'canceled',
      attempts: 0,
      started_at: null,
      result: null,
      error: null,
    });
    expect(job.queue_position).toBeNull();
    expect(Date.parse(job.kept_until!)).toBeGreaterThan(Date.parse(job.finished_at!));
    expect(await service.job(id)).toEqual(job);
    expect(await (await service.fetch(`/v1/models/${AWAY_MODEL}`)).json()).toMatchObject({ queue_depth: 0 });
  });

  it('ends a running job at once, and what it makes is thrown away', async () => {
    const { id } = await submit(SLOW_MODEL);
    while ((await service.job(id)).status !== 'running') await sleep(20);
    expect(await (await cancel(id)).json()).toMatchObject({ status: 'canceled', attempts: 1 });
    // The next job of the model runs only after the graph run that was canceled.
    expect(await submit(SLOW_MODEL, {}, '?wait=30')).toMatchObject({ status: 'succeeded' });
    expect(await service.job(id)).toMatchObject({ status: 'canceled', artifacts: [], result: null });
  });

  it('gives an ended job back unchanged', async () => {
    const job = await submit(QUICK_MODEL, {}, '?wait=30');
    expect(await (await cancel(job.id)).json()).toEqual(job);
    const canceled = (await (await cancel((await submit(AWAY_MODEL)).id)).json()) as Job;
    expect(await (await cancel(canceled.id)).json()).toEqual(canceled);
  });

  it('takes a request that names a type for its empty body', async () => {
    const { id } = await submit(AWAY_MODEL);
    const answer = await cancel(id, { headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(200);
  });
});

describe('deleting', () => {
  it('takes the job, its input and its artifacts away', async () => {
    const job = await submit(QUICK_MODEL, { outputs: '["overlay"]' }, '?wait=30');
    const urls = [job.urls.self, job.urls.result, job.urls.events, job.urls.picture!, job.input.image!.url];
    const answer = await remove(job.id);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    for (const url of urls) await expectProblem(await fetch(url), 'job_not_found');
    await expectProblem(await cancel(job.id), 'job_not_found');
    await expectProblem(await remove(job.id), 'job_not_found');
    await expectProblem(
      await service.fetch('/v1/segmentation', jsonSubmission({ image: { job: job.id } })),
      'job_not_found',
    );
    const { jobs } = (await (await service.fetch('/v1/jobs?limit=200')).json()) as { jobs: Job[] };
    expect(jobs.map(({ id }) => id)).not.toContain(job.id);
  });

  it.each([QUICK_MODEL, AWAY_MODEL, SLOW_MODEL])('leaves nothing of a job of %s in Redis', async (model) => {
    const own = await testPhoto('webp', 20 + model.length, 20);
    const query = model === QUICK_MODEL ? '?wait=30' : '';
    const answer = await service.fetch(
      `/v1/segmentation${query}`,
      formSubmission(own, { model, outputs: 'overlay' }),
    );
    const { id, input } = (await answer.json()) as Job;
    expect(await tracesOf(id, input.image!.sha256)).not.toEqual([]);
    expect((await remove(id)).status).toBe(204);
    // A run that goes on to its end must leave nothing behind either.
    if (model !== AWAY_MODEL) await submit(model, {}, '?wait=30');
    expect(await tracesOf(id, input.image!.sha256)).toEqual([]);
  });
});

/** Everything in Redis whose name or content names one of the texts; BullMQ's log of its last events apart. */
async function tracesOf(...texts: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys('*')) {
    const content = JSON.stringify([key, await contentOf(key)]);
    if (texts.some((text) => content.includes(text))) found.push(key);
  }
  return found;
}

async function contentOf(key: string): Promise<unknown> {
  const type = await redis.type(key);
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'zset') return redis.zrange(key, '0', '-1');
  if (type === 'set') return redis.smembers(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  return [];
}

describe('the keeping time', () => {
  it('begins at the end of the job, and what is over is told from what never was', async () => {
    const queued = await submit(AWAY_MODEL, { keep_seconds: '1' });
    const job = await submit(QUICK_MODEL, { keep_seconds: '1', outputs: 'overlay' }, '?wait=30');
    expect(Date.parse(job.kept_until!) - Date.parse(job.finished_at!)).toBe(1000);
    await sleep(Date.parse(job.kept_until!) - Date.now() + 50);
    const { self, result, events, picture } = job.urls;
    for (const url of [self, result, events, picture!, job.input.image!.url]) {
      await expectProblem(await fetch(url), 'no_longer_kept');
    }
    await expectProblem(await cancel(job.id), 'no_longer_kept');
    await expectProblem(await remove(job.id), 'no_longer_kept');
    await expectProblem(
      await service.fetch('/v1/segmentation', jsonSubmission({ image: { job: job.id } })),
      'no_longer_kept',
    );
    const { jobs } = (await (await service.fetch('/v1/jobs?limit=200')).json()) as { jobs: Job[] };
    expect(jobs.map(({ id }) => id)).not.toContain(job.id);
    expect(await service.job(queued.id)).toMatchObject({ status: 'queued', kept_until: null });
  });
});
