import { freePort } from '@darkroom/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestService, testPicture, untilRunning } from './testing/test-service.js';

const LONG_RUN_MS = 10_000;
/** In which a worker that doesn't renew its lock on a delivery loses it. */
const LOCK_MS = 5_000;
/** The api and the worker answer from event loops that nothing may block. */
const HEALTH_ANSWERS_WITHIN_MS = 1_000;

let service: TestService;
let workerUrl: string;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('quick');
  await service.addSlowModel('slow', LONG_RUN_MS);
  const port = await freePort();
  workerUrl = `http://127.0.0.1:${port}`;
  await service.startWorker({ WORKER_PORT: String(port) });
}, 120_000);
afterAll(() => service?.stop());

async function answerMs(url: string): Promise<number> {
  const startedMs = performance.now();
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return performance.now() - startedMs;
}

it('a run of ten seconds leaves health, heartbeats and the jobs of another model undisturbed', async () => {
  const { client } = service;
  const long = await client.submitSegmentation({ image: await testPicture(1), model: 'slow' });
  await untilRunning(client, long);
  const heartbeats = new Set<string>();
  let quickJobs = 0;
  let slowestHealthMs = 0;
  while ((await client.job(long)).status === 'running') {
    const quick = await client.submitSegmentation(
      { image: await testPicture(quickJobs), model: 'quick' },
      { waitSeconds: 5 },
    );
    expect(quick.status).toBe('succeeded');
    quickJobs++;
    for (const url of [`${service.url}/health/live`, `${workerUrl}/health/live`]) {
      slowestHealthMs = Math.max(slowestHealthMs, await answerMs(url));
    }
    const workers = await client.workers();
    for (const { last_heartbeat_at } of workers) heartbeats.add(last_heartbeat_at);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const ended = await client.waitForEnd(long);
  // One attempt: nobody took the worker, blocked as its child was, for dead.
  expect(ended).toMatchObject({ status: 'succeeded', attempts: 1 });
  expect(ended.timings.inference_ms).toBeGreaterThan(LOCK_MS);
  expect(slowestHealthMs).toBeLessThan(HEALTH_ANSWERS_WITHIN_MS);
  expect(quickJobs).toBeGreaterThan(5);
  expect(heartbeats.size).toBeGreaterThanOrEqual(2);
}, 120_000);
