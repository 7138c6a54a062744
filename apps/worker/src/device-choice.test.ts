import { probeProvider } from '@darkroom/inference';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestService, testPicture } from './testing/test-service.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CUDA_ERROR = await probeProvider({ name: 'cuda', deviceId: 0 });
if (CUDA_ERROR === null) console.info('skipping tests of a machine without CUDA: this one has it');

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('quick');
});
afterAll(() => service?.stop());

async function describedWorker(id: string, device: string) {
  const worker = await service.startWorker({ DARKROOM_WORKER_ID: id, DARKROOM_DEVICE: device });
  const described = (await service.client.workers()).find((one) => one.id === id)!;
  return { worker, described };
}

it.skipIf(CUDA_ERROR === null)(
  'a worker with the device auto takes the CPU where there is no CUDA, and says why',
  async () => {
    const { worker, described } = await describedWorker('auto-worker', 'auto');
    expect(described).toMatchObject({ device: 'cpu', rejected_models: [] });
    expect(described.device_reason).toBe(`the device is auto and CUDA cannot be used: ${CUDA_ERROR}`);
    const image = await testPicture(1);
    const job = await service.client.submitSegmentation({ image, model: 'quick' }, { waitSeconds: 30 });
    expect(job.execution).toMatchObject({ worker: 'auto-worker', device: 'cpu' });
    await worker.end('SIGKILL');
  },
);

it.skipIf(CUDA_ERROR === null)(
  'a worker with a GPU by name that it cannot use leaves its models out, and says why',
  async () => {
    const { worker, described } = await describedWorker('cuda-worker', 'cuda:0');
    expect(described.models).toEqual([]);
    expect(described.rejected_models).toEqual([
      {
        folder: expect.stringContaining('quick'),
        problems: [
          `the device cuda:0 was asked for and cannot be used: ${CUDA_ERROR}. Or set the device to auto or cpu.`,
        ],
      },
    ]);
    await worker.end('SIGKILL');
  },
);
