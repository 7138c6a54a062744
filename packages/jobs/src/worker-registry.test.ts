import type { ModelSummary, Worker } from '@darkroom/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JobKeys } from './job-keys.js';
import { NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';
import { WorkerRegistry } from './worker-registry.js';

let redis: RedisFixture;
let registry: WorkerRegistry;

beforeAll(async () => {
  redis = await startRedis();
  registry = new WorkerRegistry(redis.connect(), NAMESPACE);
});
afterAll(() => redis.close());

const worker = (id: string) => ({ id, models: [] }) as unknown as Worker;
const model = (id: string) => ({ id, task: 'segmentation' }) as ModelSummary;

it('knows the workers that are alive, those that were lost, and every model that was ever served', async () => {
  await registry.heartbeat(worker('stays'), [model('b')]);
  await registry.heartbeat(worker('leaves'), [model('a')]);
  await registry.heartbeat(worker('dies'), [model('c')]);
  await registry.leave('leaves');
  await redis.connect().del(new JobKeys(NAMESPACE).worker('dies'));
  const { models, workers, lostWorkers } = await registry.read();
  expect(models.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(workers.map(({ id }) => id)).toEqual(['stays']);
  expect(lostWorkers).toEqual(['dies']);
});
