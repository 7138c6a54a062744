import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JobChange, JobEvents } from './job-events.js';
import { NO_OUTCOME, stageProgress } from './job-record.js';
import { JobStore } from './job-store.js';
import { createJob, NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';
import { waitForEnd } from './wait-for-end.js';

let redis: RedisFixture;
let store: JobStore;
let events: JobEvents;

beforeAll(async () => {
  redis = await startRedis();
  store = new JobStore(redis.connect(), NAMESPACE);
  events = new JobEvents(redis.connect(), NAMESPACE);
  await events.start();
});
afterAll(() => redis.close());

describe('the changes of a job', () => {
  it('are heard in order, with rising revisions', async () => {
    const heard: (JobChange | 'resync')[] = [];
    const id = await createJob(store);
    const stop = events.onJob(id, (change) => {
      // Of its creation, before this listened, word may still be under way.
      if (change === 'resync' || change.revision > 1) heard.push(change);
    });
    await store.start(id, 'a');
    await store.reportProgress(id, 'a', stageProgress('inference', 0.5));
    await store.finish(id, 'a', 'succeeded', NO_OUTCOME);
    await expect.poll(() => heard.length).toBe(3);
    stop();
    expect(heard).toMatchObject([
      { id, kind: 'status', status: 'running', revision: 2 },
      { id, kind: 'progress', status: 'running', revision: 3, progress: stageProgress('inference', 0.5) },
      { id, kind: 'status', status: 'succeeded', revision: 4 },
    ]);
  });
});

describe('waiting for the end of a job', () => {
  it('returns when it ends', async () => {
    const id = await createJob(store);
    const waiting = waitForEnd(id, { store, events, timeoutMs: 20_000 });
    await store.cancel(id);
    expect((await waiting)?.status).toBe('canceled');
  });

  it('returns at once for a job that has ended or never was', async () => {
    const id = await createJob(store);
    await store.cancel(id);
    expect((await waitForEnd(id, { store, events, timeoutMs: 20_000 }))?.status).toBe('canceled');
    expect(await waitForEnd('job_none', { store, events, timeoutMs: 20_000 })).toBeNull();
  });

  it('gives up when its time is over or it is aborted', async () => {
    const id = await createJob(store);
    expect((await waitForEnd(id, { store, events, timeoutMs: 20 }))?.status).toBe('queued');
    const hangUp = new AbortController();
    const waiting = waitForEnd(id, { store, events, timeoutMs: 20_000, signal: hangUp.signal });
    hangUp.abort();
    expect((await waiting)?.status).toBe('queued');
  });

  it('sees an end that it could not hear of, once Redis is back', async () => {
    const away = await startRedis();
    try {
      const localStore = new JobStore(away.connect(), NAMESPACE);
      const subscriber = away.connect();
      const localEvents = new JobEvents(subscriber, NAMESPACE);
      await localEvents.start();
      const id = await createJob(localStore);
      const waiting = waitForEnd(id, { store: localStore, events: localEvents, timeoutMs: 20_000 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      subscriber.disconnect(true);
      await localStore.cancel(id);
      expect((await waiting)?.status).toBe('canceled');
    } finally {
      await away.close();
    }
  });
});
