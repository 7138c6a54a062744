import { type Job, JobSchema } from '@darkroom/contracts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAllEvents, readEvents } from './testing/event-reader.js';
import { expectProblem } from './testing/expect-problem.js';
import { expectSchema } from './testing/expect-schema.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from './testing/start-service.js';
import { formSubmission } from './testing/submission.js';
import { testPhoto } from './testing/test-photo.js';

const PATIENCE = { timeout: 15_000, interval: 100 };

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  const options = { models: [QUICK_MODEL, AWAY_MODEL], ownProcess: true, durableRedis: true } as const;
  [service, photo] = await Promise.all([startService(options), testPhoto()]);
});
afterAll(() => service.stop());

const submit = (model: string, query = '') =>
  service.fetch(`/v1/segmentation${query}`, formSubmission(photo, { model }));

/** Checks that the answer comes soon and says that Redis is away. */
async function expectAway(send: () => Promise<Response>): Promise<void> {
  const startedMs = performance.now();
  const answer = await send();
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await expectProblem(answer, 'redis_unavailable')).retryable).toBe(true);
}

/** A job that is run to its end, as soon as the service can do so. */
function expectGoodJob(): Promise<void> {
  return expect
    .poll(async () => ((await (await submit(QUICK_MODEL, '?wait=20')).json()) as Job).status, PATIENCE)
    .toBe('succeeded');
}

describe('while Redis is away', () => {
  it('requests are refused at once, and all is well when it is back', { timeout: 60_000 }, async () => {
    const kept = (await (await submit(AWAY_MODEL)).json()) as Job;
    const events = readEvents(await service.fetch(`/v1/jobs/${kept.id}/events`));
    expect((await events.next()).value).toMatchObject({ event: 'status', data: { status: 'queued' } });
    const waiting = service.fetch(`/v1/jobs/${kept.id}?wait=50`);
    // It waits by the time that others, asked after it, are answered; else it would find Redis away itself.
    for (let i = 0; i < 5; i++) await service.job(kept.id);

    await service.redis.kill('SIGTERM');
    await expectAway(() => submit(QUICK_MODEL));
    await expectAway(() => submit(QUICK_MODEL, '?wait=30'));
    for (const path of [
      '/v1/jobs',
      `/v1/jobs/${kept.id}`,
      `/v1/jobs/${kept.id}/events`,
      `/v1/jobs/${kept.id}?wait=9`,
    ]) {
      await expectAway(() => service.fetch(path));
    }
    await expectAway(() => service.fetch(`/v1/jobs/${kept.id}/cancel`, { method: 'POST' }));
    expect((await service.fetch('/health/live')).status).toBe(200);
    const readiness = await service.fetch('/health/ready');
    expect([readiness.status, await readiness.json()]).toMatchObject([
      503,
      { checks: { redis: { ok: false } } },
    ]);
    const metrics = await (await service.fetch('/metrics')).text();
    expect(metrics).toMatch(/^darkroom_info/m);
    expect(metrics).not.toMatch(/^darkroom_(jobs|workers|queue_depth)\b/m);

    await service.redis.restart();
    await expectGoodJob();
    expect(await service.job(kept.id)).toMatchObject({
      id: kept.id,
      status: 'queued',
      created_at: kept.created_at,
    });
    expect((await service.fetch('/health/ready')).status).toBe(200);

    // The stream and the waiting request were there before Redis went away.
    await service.fetch(`/v1/jobs/${kept.id}/cancel`, { method: 'POST' });
    const rest: string[] = [];
    for await (const { event, data } of events) rest.push(`${event} ${data.status}`);
    expect(rest).toEqual(['done canceled']);
    expect(await expectSchema(await waiting, JobSchema)).toMatchObject({ id: kept.id, status: 'canceled' });

    const streamed = await service.fetch('/v1/segmentation', {
      ...formSubmission(photo, { model: QUICK_MODEL }),
      headers: { accept: 'text/event-stream' },
    });
    expect((await readAllEvents(streamed)).at(-1)).toMatchObject({
      event: 'done',
      data: { status: 'succeeded' },
    });
    expect([service.apiProcess!.isAlive, service.worker!.isAlive]).toEqual([true, true]);
  });
});

describe('when Redis hangs', () => {
  it('requests are refused after a while instead of never', async () => {
    await service.redis.kill('SIGSTOP');
    try {
      const answer = await service.fetch('/v1/jobs', { signal: AbortSignal.timeout(10_000) });
      await expectProblem(answer, 'redis_unavailable');
    } finally {
      await service.redis.kill('SIGCONT');
    }
    await expectGoodJob();
  });
});

describe('when Redis has no room', () => {
  it('nothing is accepted, nothing is lost', async () => {
    const before = (await (await submit(QUICK_MODEL, '?wait=20')).json()) as Job;
    const redis = new Redis(service.redis.url);
    await redis.config('SET', 'maxmemory', '1mb');
    try {
      const answer = await submit(QUICK_MODEL);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      await expectProblem(answer, 'storage_full');
      expect(await service.job(before.id)).toEqual(before);
      const readiness = await service.fetch('/health/ready');
      expect([readiness.status, await readiness.json()]).toMatchObject([
        503,
        { checks: { storage: { ok: false } } },
      ]);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
      redis.disconnect();
    }
    await expectGoodJob();
  });
});

describe('an api that starts before Redis', () => {
  it('answers so, and works once it is there', async () => {
    await service.redis.kill('SIGTERM');
    const variables = { REDIS_URL: service.redis.url };
    const early = await startService({ models: [], ownProcess: true, variables });
    await expectAway(() => early.fetch('/v1/models'));
    await service.redis.restart();
    const states = async () => {
      const { models } = (await (await early.fetch('/v1/models')).json()) as { models?: { state: string }[] };
      return models?.map(({ state }) => state);
    };
    await expect.poll(states, PATIENCE).toEqual(['offline', 'ready']);
    await early.stop();
  });
});
