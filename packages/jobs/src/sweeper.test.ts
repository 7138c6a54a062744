import { DEFAULT_PRIORITY } from '@darkroom/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryQueues, modelQueue } from './delivery-queues.js';
import { NO_OUTCOME } from './job-record.js';
import { JobStore } from './job-store.js';
import { Sweeper } from './sweeper.js';
import { createJob, NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';

const LATER_MS = 60_000;

let redis: RedisFixture;
let store: JobStore;
let deliveries: DeliveryQueues;
let released: [string, string][];
let sweeper: Sweeper;

beforeAll(async () => {
  redis = await startRedis();
  const connection = redis.connect();
  store = new JobStore(connection, NAMESPACE);
  deliveries = new DeliveryQueues(connection, NAMESPACE, (error) => {
    throw error;
  });
});
beforeEach(async () => {
  await redis.connect().flushall();
  released = [];
  const blobs = { release: async (key: string, holder: string) => void released.push([key, holder]) };
  sweeper = new Sweeper({ redis: redis.connect(), store, deliveries, blobs });
});
afterAll(async () => {
  await deliveries.close();
  await redis.close();
});

describe('the sweeper', () => {
  it('delivers a queued job that has no delivery', async () => {
    const id = await createJob(store);
    const report = await sweeper.sweep(Date.now() + LATER_MS);
    expect(report.redelivered).toEqual([id]);
    expect(await deliveries.depth(modelQueue('shapes-seg'))).toBe(1);
  });

  it('delivers a running job whose delivery was lost, for somebody to take over', async () => {
    const id = await createJob(store);
    await store.start(id, 'dead');
    expect((await sweeper.sweep(Date.now() + LATER_MS)).redelivered).toEqual([id]);
  });

  it('leaves alone what has a delivery, what has ended and what is just being made', async () => {
    const delivered = await createJob(store);
    await deliveries.add(modelQueue('shapes-seg'), delivered, DEFAULT_PRIORITY);
    const ended = await createJob(store);
    await store.cancel(ended);
    expect((await sweeper.sweep(Date.now() + LATER_MS)).redelivered).toEqual([]);
    await createJob(store);
    expect((await sweeper.sweep(Date.now())).redelivered).toEqual([]);
    expect(await deliveries.depth(modelQueue('shapes-seg'))).toBe(1);
  });

  it('retires an ended job whose keeping time is over, and lets go of its blobs', async () => {
    const id = await createJob(store, { keepMs: 1 });
    await store.start(id, 'a');
    await store.finish(id, 'a', 'succeeded', { ...NO_OUTCOME, resultBlobKey: 'result/1' });
    const kept = await createJob(store);
    await store.cancel(kept);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await sweeper.sweep()).retired).toBe(1);
    expect(released).toEqual([
      ['input/abc', id],
      ['result/1', id],
    ]);
    expect(await store.lookUp(id)).toEqual({ missing: 'no_longer_kept' });
    expect((await store.indexes.list({}, { limit: 10 })).map((record) => record.id)).toEqual([kept]);
  });
});
