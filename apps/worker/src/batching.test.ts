import type { Job } from '@darkroom/contracts';
import type { DarkroomProcess } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inferencePids, TestService, testPicture, untilRunning } from './testing/test-service.js';

const MAX_BATCH = 4;
const PICTURES = 9;

// Whole services are started and killed here, on machines that may be busy; the limits of behaviour are asserted.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('single');
  await service.addBatchingModel('batching', { maxBatch: MAX_BATCH, runMs: 700 });
  worker = await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

async function submitAll(model: string): Promise<Job[]> {
  const pictures = await Promise.all(Array.from({ length: PICTURES }, (_, i) => testPicture(i)));
  return Promise.all(pictures.map((image) => service.client.submitSegmentation({ image, model })));
}

async function endsOf(jobs: readonly Job[]): Promise<Job[]> {
  return Promise.all(jobs.map((job) => service.client.waitForEnd(job)));
}

describe('jobs that wait for one model', () => {
  it('share its runs, and get the answers that they would get alone', async () => {
    const alone = await endsOf(await submitAll('single'));
    const together = await endsOf(await submitAll('batching'));
    expect(together.map(({ result }) => result)).toEqual(alone.map(({ result }) => result));
    const batchSizes = together.map(({ execution }) => execution!.batch_size);
    expect(Math.max(...batchSizes)).toBeGreaterThan(1);
    expect(Math.max(...batchSizes)).toBeLessThanOrEqual(MAX_BATCH);
    expect(alone.map(({ execution }) => execution!.batch_size)).toEqual(alone.map(() => 1));
  });

  it('run again one by one when the process dies with several in it, and none is blamed for it', async () => {
    const jobs = await submitAll('batching');
    await untilRunning(service.client, jobs[0]!);
    process.kill(inferencePids(worker, 'batching')[0]!, 'SIGKILL');
    const ended = await endsOf(jobs);
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'succeeded'));
    const again = ended.filter(({ attempts }) => attempts > 1);
    expect(again.length).toBeGreaterThan(1);
    expect(again.map(({ execution }) => execution!.batch_size)).toEqual(again.map(() => 1));
  });

  it('go on when one of them is canceled', async () => {
    const jobs = await submitAll('batching');
    await untilRunning(service.client, jobs[0]!);
    await service.client.cancel(jobs[0]!);
    const [canceled, ...others] = await endsOf(jobs);
    expect(canceled?.status).toBe('canceled');
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'succeeded'));
  });
});
