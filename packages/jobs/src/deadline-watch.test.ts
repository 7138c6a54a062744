import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadlineWatch } from './deadline-watch.js';
import { DeliveryQueues, modelQueue } from './delivery-queues.js';
import { NO_OUTCOME } from './job-record.js';
import { JobStore } from './job-store.js';
import { createJob, NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';

let redis: RedisFixture;
let store: JobStore;
let deliveries: DeliveryQueues;
let watch: DeadlineWatch;
let nowMs = 0;

beforeAll(async () => {
  redis = await startRedis();
  store = new JobStore(redis.connect(), NAMESPACE, { now: () => nowMs });
  deliveries = new DeliveryQueues(redis.connect(), NAMESPACE, (error) => {
    throw error;
  });
  watch = new DeadlineWatch({ store, deliveries });
});
afterAll(async () => {
  await deliveries.close();
  await redis.close();
});

describe('the deadline watch', () => {
  it('expires a waiting and a running job when their time has come, and takes their deliveries away', async () => {
    nowMs = 1000;
    const waiting = await createJob(store, { deadlineAtMs: 2000 });
    const running = await createJob(store, { deadlineAtMs: 2000 });
    const later = await createJob(store, { deadlineAtMs: 3000 });
    for (const id of [waiting, running, later]) await deliveries.add(modelQueue('shapes-seg'), id, 5);
    await store.start(running, 'a');
    nowMs = 1999;
    expect(await watch.expireDue()).toEqual([]);
    nowMs = 2000;
    expect((await watch.expireDue()).sort()).toEqual([waiting, running].sort());
    expect(await store.get(waiting)).toMatchObject({ status: 'expired', finishedAtMs: 2000, attempts: 0 });
    expect(await store.get(running)).toMatchObject({ status: 'expired', finishedAtMs: 2000, attempts: 1 });
    expect(await deliveries.depth(modelQueue('shapes-seg'))).toBe(1);
    expect(await watch.expireDue()).toEqual([]);
  });

  it('leaves alone what ended in time', async () => {
    nowMs = 1000;
    const id = await createJob(store, { deadlineAtMs: 2000 });
    await store.start(id, 'a');
    await store.finish(id, 'a', 'succeeded', NO_OUTCOME);
    nowMs = 5000;
    expect(await watch.expireDue()).not.toContain(id);
    expect(await store.get(id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a job past its deadline', () => {
  it('is neither begun nor finished, even before anybody has expired it', async () => {
    nowMs = 1000;
    const [waiting, running] = [
      await createJob(store, { deadlineAtMs: 2000 }),
      await createJob(store, { deadlineAtMs: 2000 }),
    ];
    await store.start(running, 'a');
    nowMs = 2000;
    expect(await store.start(waiting, 'b')).toBeNull();
    expect(await store.finish(running, 'a', 'succeeded', NO_OUTCOME)).toBe(false);
    expect(await store.cancel(waiting)).toBe(true);
  });

  it('leaves nothing behind when it is removed first', async () => {
    nowMs = 1000;
    const id = await createJob(store, { deadlineAtMs: 2000 });
    await store.remove((await store.get(id))!);
    nowMs = 2000;
    expect(await store.indexes.idsPastDeadline(10)).not.toContain(id);
  });
});
