import type { Job } from '@darkroom/contracts';
import { type DarkroomProcess, listProcesses } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inferencePids, TestService, testPicture } from './testing/test-service.js';

const JOBS = 300;
const PICTURES = 12;
const AT_ONCE = 40;
/** So many jobs end between two kills, however fast the machine is. */
const JOBS_A_KILL = 25;
/** Every so many kills, a whole worker. */
const WORKER_KILL_EVERY = 4;
/** Named so that no other test's processes are taken for this one's. */
const QUICK = 'chaos-quick';
const MODELS = [QUICK, 'chaos-batching'] as const;

let service: TestService;
const workers: DarkroomProcess[] = [];
const expected = new Map<string, Job>();

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel(QUICK);
  await service.addBatchingModel('chaos-batching', { maxBatch: 4, runMs: 60 });
  workers.push(await service.startWorker(), await service.startWorker());
  for (let i = 0; i < PICTURES; i++) {
    const job = await service.client.submitSegmentation(
      { image: await testPicture(i), model: QUICK },
      { waitSeconds: 50 },
    );
    expected.set(String(i), job);
  }
}, 120_000);
afterAll(() => service?.stop());

/** A pseudo-random number from 0 to 1, the same in every run. */
function random(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

/** Kills inference processes, and now and then a worker, as jobs end. @returns how often */
async function wreakHavoc(endedJobs: () => number): Promise<{ processes: number; workers: number }> {
  const kills = { processes: 0, workers: 0 };
  for (let turn = 1; turn * JOBS_A_KILL < JOBS; turn++) {
    await expect
      .poll(endedJobs, { timeout: 120_000, interval: 20 })
      .toBeGreaterThanOrEqual(turn * JOBS_A_KILL);
    const at = Math.floor(random(turn) * workers.length);
    if (turn % WORKER_KILL_EVERY === 0) {
      await workers[at]!.end('SIGKILL');
      workers[at] = await service.startWorker();
      kills.workers++;
      continue;
    }
    const pids = MODELS.flatMap((model) => inferencePids(workers[at]!, model));
    const pid = pids[Math.floor(random(turn + 0.5) * pids.length)];
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    kills.processes++;
  }
  return kills;
}

async function runJob(index: number): Promise<{ ended: Job; ends: number }> {
  const outputs = index % 3 === 0 ? (['color_map'] as const) : [];
  const job = await service.client.submitSegmentation({
    image: await testPicture(index % PICTURES),
    model: MODELS[index % MODELS.length]!,
    outputs: [...outputs],
  });
  let ends = 0;
  for await (const event of service.client.events(job)) if (event.event === 'done') ends++;
  return { ended: await service.client.job(job), ends };
}

it('three hundred mixed jobs all end once and rightly while processes and workers are killed', async () => {
  const results: Awaited<ReturnType<typeof runJob>>[] = [];
  const havoc = wreakHavoc(() => results.filter(Boolean).length);
  let next = 0;
  const submitter = async () => {
    for (let index = next++; index < JOBS; index = next++) results[index] = await runJob(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, submitter));
  const kills = await havoc;
  expect(kills.processes).toBeGreaterThan(3);
  expect(kills.workers).toBeGreaterThan(1);

  for (const [index, { ended, ends }] of results.entries()) {
    expect(ended.error).toBeNull();
    expect([ended.status, ends]).toEqual(['succeeded', 1]);
    expect(ended.result).toEqual(expected.get(String(index % PICTURES))?.result);
    expect(ended.artifacts).toHaveLength(index % 3 === 0 ? 2 : 1);
  }

  for await (const job of service.client.jobs({ limit: 200 })) await service.client.delete(job);
  const redis = new Redis(service.redisUrl);
  const left = async () => (await redis.keys('*')).filter((key) => /job_|blob/.test(key));
  // The delivery of a worker that was killed right after it ended its job goes when the stall is seen.
  await expect.poll(left, { timeout: 20_000, interval: 500 }).toEqual([]);
  redis.disconnect();
  const live = new Set(workers.map(({ pid }) => pid));
  const orphans = listProcesses().filter(
    ({ title, parentPid }) =>
      MODELS.some((model) => title === `darkroom inference ${model}`) && !live.has(parentPid),
  );
  expect(orphans).toEqual([]);
}, 180_000);
