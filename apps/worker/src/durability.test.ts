import type { Job } from '@darkroom/contracts';
import { type DarkroomProcess, descendantsOf, isAlive } from '@darkroom/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { inferencePids, TestService, testPicture, untilRunning } from './testing/test-service.js';

const SLOW_RUN_MS = 2_000;
/** To load the model again takes less on any machine. */
const LONG_RUN_MS = 8_000;
const KILLED_WITHIN_MS = 3_000;
/** From the death of a worker until its job runs elsewhere, on top of the job's own time. */
const TAKEN_UP_WITHIN_MS = 15_000;

// Whole services are started and killed here, on machines that may be busy; the limits of behaviour are asserted.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let service: TestService;
let worker: DarkroomProcess;
let expected: Job;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('quick');
  await service.addSlowModel('slow', SLOW_RUN_MS);
  await service.addSlowModel('long', LONG_RUN_MS);
  worker = await service.startWorker();
  expected = await service.client.submitSegmentation(
    { image: await testPicture(7), model: 'quick' },
    { waitSeconds: 50 },
  );
}, 120_000);
afterEach(async () => {
  if (!worker.isAlive) worker = await service.startWorker();
});
afterAll(() => service?.stop());

/** Submits the slow job whose result is known, and waits until it is in its graph run. */
async function startSlowJob(): Promise<Job> {
  const image = await testPicture(7);
  const job = await service.client.submitSegmentation({ image, model: 'slow', outputs: ['color_map'] });
  return untilRunning(service.client, job);
}

/** Waits for the end, and checks that it ended once, rightly, and in time. */
async function expectRightEnd(job: Job, { attempts }: { attempts: number }): Promise<void> {
  const killedAtMs = Date.now();
  const ends: string[] = [];
  for await (const event of service.client.events(job))
    if (event.event === 'done') ends.push(event.data.status);
  const ended = await service.client.job(job);
  expect(ends).toEqual(['succeeded']);
  expect(ended).toMatchObject({ status: 'succeeded', attempts });
  expect(ended.result).toEqual(expected.result);
  expect(ended.artifacts.map(({ role }) => role).sort()).toEqual(['color_map', 'segmentation_map']);
  const ownMs = Date.parse(ended.finished_at!) - Date.parse(ended.started_at!);
  expect(Date.parse(ended.finished_at!) - killedAtMs).toBeLessThan(TAKEN_UP_WITHIN_MS + ownMs);
}

describe('a job goes on to its right end', () => {
  it('when its inference process is killed', async () => {
    const job = await startSlowJob();
    const [pid] = inferencePids(worker, 'slow');
    process.kill(pid!, 'SIGKILL');
    await expectRightEnd(job, { attempts: 2 });
    expect(worker.isAlive).toBe(true);
  });

  it('when its worker is killed and another one is there, and no child outlives the worker', async () => {
    // Two that hold no model yet: only the one that takes the job will have a process for it.
    await worker.stop();
    const pair = await Promise.all([service.startWorker(), service.startWorker()]);
    const job = await startSlowJob();
    const running = pair.find((one) => inferencePids(one, 'slow').length > 0)!;
    worker = pair.find((one) => one !== running)!;
    const children = descendantsOf(running.pid).map(({ pid }) => pid);
    expect(children.length).toBeGreaterThan(0);
    await running.end('SIGKILL');
    await expect.poll(() => children.filter(isAlive), { timeout: 3_000 }).toEqual([]);
    await expectRightEnd(job, { attempts: 2 });
    expect(inferencePids(worker, 'slow')).toHaveLength(1);
  });

  it('when its only worker is killed and started again', async () => {
    const job = await startSlowJob();
    await worker.end('SIGKILL');
    worker = await service.startWorker();
    await expectRightEnd(job, { attempts: 2 });
  });

  it('when the api is killed meanwhile', async () => {
    const job = await startSlowJob();
    await service.api.end('SIGKILL');
    await service.restartApi();
    await expectRightEnd(job, { attempts: 1 });
  });

  it('when its worker is told to stop and has no time for it: it is given back without a death', async () => {
    const job = await startSlowJob();
    await worker.stop();
    expect(await service.client.job(job)).toMatchObject({ status: 'queued', attempts: 1 });
    worker = await service.startWorker({ SHUTDOWN_GRACE_SECONDS: '60' });
    await expectRightEnd(job, { attempts: 2 });
  });

  it('when its worker is told to stop and has the time: the worker ends it first', async () => {
    const job = await startSlowJob();
    const children = descendantsOf(worker.pid).map(({ pid }) => pid);
    await worker.stop();
    await expectRightEnd(job, { attempts: 1 });
    expect(children.filter(isAlive)).toEqual([]);
  });
});

describe('a job that kills its inference process', () => {
  it('has failed after the third death, with the signal and what to try, and the next job runs', async () => {
    const job = await startSlowJob();
    for (let death = 1; death <= 3; death++) {
      await untilRunning(service.client, job, death);
      for (const pid of inferencePids(worker, 'slow')) process.kill(pid, 'SIGKILL');
    }
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'failed', attempts: 3, result: null, artifacts: [] });
    expect(ended.error).toMatchObject({ code: 'inference_process_crashed', retryable: true });
    expect(ended.error?.detail).toMatch(/SIGKILL.*memory/s);
    const next = await service.client.submitSegmentation(
      { image: await testPicture(7), model: 'slow' },
      { waitSeconds: 50 },
    );
    expect(next.result).toEqual(expected.result);
  });
});

describe('a canceled job', () => {
  it('is canceled at once, its run is stopped, and the next job finds the model loaded', async () => {
    const toRun = { image: await testPicture(7), model: 'long' };
    const job = await untilRunning(service.client, await service.client.submitSegmentation(toRun));
    const waiting = await service.client.submitSegmentation(toRun);
    const [before] = inferencePids(worker, 'long');
    const canceled = await service.client.cancel(job);
    expect(canceled.status).toBe('canceled');
    // Nothing is known of the model's runs yet: it is killed once it has taken longer than loading it did.
    await expect.poll(() => isAlive(before!), { timeout: KILLED_WITHIN_MS, interval: 20 }).toBe(false);
    await untilRunning(service.client, waiting);
    expect(inferencePids(worker, 'long')).not.toContain(before);
    await service.client.cancel(waiting);
    expect(await service.client.job(job)).toMatchObject({ status: 'canceled', result: null, artifacts: [] });
  });
});
