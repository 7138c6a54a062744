import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_OUTCOME } from './job-record.js';
import { JobStore } from './job-store.js';
import { createJob, NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';
import { UsageCounters } from './usage-counters.js';

let redis: RedisFixture;
let usage: UsageCounters;

beforeAll(async () => {
  redis = await startRedis();
  usage = new UsageCounters(redis.connect(), NAMESPACE);
});
afterAll(() => redis.close());

describe('usage', () => {
  it('is nothing at first', async () => {
    expect([...(await usage.read()).values()].flat()).toEqual([]);
  });

  it('counts each end of a job once, with its task, model and status', async () => {
    const store = new JobStore(redis.connect(), NAMESPACE);
    const [canceled, failed] = [await createJob(store), await createJob(store)];
    await store.cancel(canceled);
    await store.cancel(canceled);
    await store.start(failed, 'a');
    await store.finish(failed, 'a', 'failed', NO_OUTCOME);
    await store.finish(failed, 'a', 'failed', NO_OUTCOME);
    const jobs = (await usage.read()).get('jobs')!;
    const labels = { task: 'segmentation', model: 'shapes-seg' };
    expect(jobs).toHaveLength(2);
    expect(jobs).toContainEqual({ suffix: '', labels: { ...labels, status: 'canceled' }, value: 1 });
    expect(jobs).toContainEqual({ suffix: '', labels: { ...labels, status: 'failed' }, value: 1 });
  });

  it('adds up what several workers count', async () => {
    const other = new UsageCounters(redis.connect(), NAMESPACE);
    await usage.count('unloads', { model: 'a', reason: 'idle' });
    await other.count('unloads', { model: 'a', reason: 'idle' });
    const labels = { model: 'a', reason: 'idle' };
    expect((await usage.read()).get('unloads')).toEqual([{ suffix: '', labels, value: 2 }]);
  });

  it('shows observations as buckets of all at or below their bound, with sum and count', async () => {
    const labels = { model: 'quotes "and" \\' };
    await usage.observe((observe) => {
      for (const value of [1, 2, 3, 1000]) observe('batchSize', labels, value);
    });
    const samples = (await usage.read()).get('batchSize')!;
    const buckets = samples.filter(({ suffix }) => suffix === '_bucket');
    expect(buckets.map(({ labels, value }) => [labels.le, value])).toEqual([
      ['1', 1],
      ['2', 2],
      ['4', 3],
      ['8', 3],
      ['16', 3],
      ['32', 3],
      ['64', 3],
      ['128', 3],
      ['+Inf', 4],
    ]);
    expect(samples.slice(-2)).toEqual([
      { suffix: '_sum', labels, value: 1006 },
      { suffix: '_count', labels, value: 4 },
    ]);
  });
});
