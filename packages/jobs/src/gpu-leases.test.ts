import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpuLeases } from './gpu-leases.js';
import { JobKeys } from './job-keys.js';
import { NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';

const LEASE_MS = 400;
const GPUS = ['GPU-1', 'GPU-2', 'GPU-3', 'GPU-4'];
const neverLost = () => {
  throw new Error('the lease was lost');
};

let redis: RedisFixture;

beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.connect().flushall());
afterAll(() => redis.close());

const leases = () => new GpuLeases(redis.connect(), NAMESPACE, LEASE_MS);
const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('GPU leases', () => {
  it('give four workers that start at once four GPUs, and a fifth none', async () => {
    const taken = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((worker) => leases().takeFree(GPUS, worker, neverLost)),
    );
    expect(taken.flatMap((lease) => lease?.uuid ?? []).sort()).toEqual(GPUS);
    await Promise.all(taken.map((lease) => lease?.end()));
  });

  it('are kept alive', async () => {
    const lease = await leases().takeFree(GPUS.slice(0, 1), 'a', neverLost);
    await pass(LEASE_MS * 3);
    expect(await leases().takeFree(GPUS.slice(0, 1), 'b', neverLost)).toBeNull();
    await lease?.end();
  });

  it('are free again when they are ended, and when their worker died', async () => {
    const ended = await leases().takeFree(GPUS.slice(0, 1), 'a', neverLost);
    await ended?.end();
    const connection = redis.connect();
    const dying = await new GpuLeases(connection, NAMESPACE, LEASE_MS).takeFree(
      GPUS.slice(0, 1),
      'b',
      neverLost,
    );
    expect(dying?.uuid).toBe('GPU-1');
    connection.disconnect();
    await pass(LEASE_MS * 2);
    const next = await leases().takeFree(GPUS.slice(0, 1), 'c', neverLost);
    expect(next?.uuid).toBe('GPU-1');
    await next?.end();
  });

  it('tell a worker that was silent for too long that another has its GPU', async () => {
    let isLost = false;
    const lease = await leases().takeFree(GPUS.slice(0, 1), 'a', () => {
      isLost = true;
    });
    await redis.connect().set(new JobKeys(NAMESPACE).gpu('GPU-1'), 'b');
    await expect.poll(() => isLost).toBe(true);
    await lease?.end();
    expect(await redis.connect().get(new JobKeys(NAMESPACE).gpu('GPU-1'))).toBe('b');
  });
});
