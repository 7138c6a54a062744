import { GpuLeases } from '@darkroom/jobs';
import { ConfigurationError, createLogger } from '@darkroom/service-kit';
import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaseGpu } from './lease-gpu.js';

let server: PrivateRedis;
let redis: Redis;
const logger = createLogger('test', 'silent');

beforeAll(async () => {
  server = await startPrivateRedis({});
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

it('a worker waits until one of the GPUs is free', async () => {
  const leases = new GpuLeases(redis, 'test');
  const gpus = { list: async () => ['GPU-a', 'GPU-b'], tryEveryMs: 20 };
  const first = await leaseGpu(leases, 'first', logger, gpus);
  const second = await leaseGpu(leases, 'second', logger, gpus);
  expect([first.uuid, second.uuid]).toEqual(['GPU-a', 'GPU-b']);
  const third = leaseGpu(leases, 'third', logger, gpus);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await second.end();
  expect((await third).uuid).toBe('GPU-b');
});

it('a worker that is to have a GPU where there is none does not start', async () => {
  const leases = new GpuLeases(redis, 'test');
  await expect(leaseGpu(leases, 'worker', logger, { list: async () => [] })).rejects.toThrow(
    ConfigurationError,
  );
});
