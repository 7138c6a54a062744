import type { Job } from '@darkroom/contracts';
import { type DarkroomProcess, failingSegmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  inferencePids,
  plainPicture,
  TestService,
  testPicture,
  untilRunning,
} from './testing/test-service.js';

// Whole services are started and killed here, on machines that may be busy; no time is asserted.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SLOW = 'death-slow';
const LOSING = 'death-losing';
const CUDA_ERROR = 'CUDA failure 700: an illegal memory access was encountered';

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  await service.addSlowModel(SLOW, 1_500);
  // As ONNX Runtime words the errors of CUDA; it repeats the name of the node that failed.
  const failingNode = `${CUDA_ERROR} ; GPU=0 ; hostname=gpu-1 ; file=cuda_call.cc ; line=63 ; expr=cudaMemcpy(a, b); `;
  const graph = failingSegmentationGraph({ classes: 8, freeBatch: true, failingNode });
  const batching = { max_batch: 4, max_delay_ms: 300 };
  await writeTestModel(service.modelsFolder, { id: LOSING, graph, manifest: { batching } });
  worker = await service.startWorker();
});
afterAll(() => service?.stop());

async function killDuring(job: Job, attempt: number, signal: NodeJS.Signals): Promise<void> {
  await untilRunning(service.client, job, attempt);
  process.kill(inferencePids(worker, SLOW)[0]!, signal);
}

async function submit(model: string, image: Buffer): Promise<Job> {
  return service.client.submitSegmentation({ image, model });
}

describe('a job whose process dies', () => {
  it('of SIGKILL runs again with less memory, and says so', async () => {
    const job = await submit(SLOW, await testPicture(1));
    await killDuring(job, 1, 'SIGKILL');
    await killDuring(job, 2, 'SIGKILL');
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'succeeded', attempts: 3 });
    expect(ended.warnings.map(({ code }) => code)).toEqual(['memory_short', 'memory_short']);
    expect(ended.warnings[0]!.detail).toMatch(/killed \(SIGKILL\).*half the usual size/);
    expect(ended.warnings[1]!.detail).toMatch(/killed \(SIGKILL\).*a quarter of the usual size/);
  });

  it('of SIGKILL for the third time fails, with its warnings', async () => {
    const job = await submit(SLOW, await testPicture(2));
    for (const attempt of [1, 2, 3]) await killDuring(job, attempt, 'SIGKILL');
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'inference_process_crashed' } });
    expect(ended.error?.detail).toMatch(/3 times at this job, last with SIGKILL\. .*memory/);
    expect(ended.warnings).toHaveLength(2);
  });

  it('of anything else runs again as it was', async () => {
    const job = await submit(SLOW, await testPicture(3));
    await killDuring(job, 1, 'SIGSEGV');
    const ended = await service.client.waitForEnd(job);
    expect(ended).toMatchObject({ status: 'succeeded', attempts: 2, warnings: [] });
  });
});

describe('a device that is lost to a process', () => {
  it('costs the job that did it three processes, and the other jobs nothing', async () => {
    await service.client.waitForEnd(await submit(LOSING, await testPicture(0)));
    const [first] = inferencePids(worker, LOSING);
    const bad = await submit(LOSING, await plainPicture(255));
    const ended = await service.client.waitForEnd(bad);
    expect(ended).toMatchObject({
      status: 'failed',
      attempts: 3,
      error: { code: 'inference_process_crashed' },
      // The driver's error is no sign of too little memory.
      warnings: [],
    });
    expect(ended.error?.detail).toContain(`3 times at this job, last with ${CUDA_ERROR}. After this error`);
    const after = await service.client.waitForEnd(await submit(LOSING, await testPicture(0)));
    expect(after.status).toBe('succeeded');
    expect(inferencePids(worker, LOSING)).not.toEqual([first]);
    expect(await worker.logged('inference process died')).toMatchObject({ ending: expect.anything() });
    expect(worker.output).toContain(`"ending":"${CUDA_ERROR}"`);
  });

  it('costs the other jobs of a batch an attempt, and none of them more', async () => {
    const pictures = await Promise.all([testPicture(3), plainPicture(255), testPicture(4)]);
    const jobs = await Promise.all(pictures.map((picture) => submit(LOSING, picture)));
    const ended = await Promise.all(jobs.map((job) => service.client.waitForEnd(job)));
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded']);
  });
});
