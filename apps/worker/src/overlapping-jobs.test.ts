import type { Job, SegmentationOutput } from '@darkroom/contracts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestService, testPicture } from './testing/test-service.js';

const JOBS = 40;
const PICTURES = 7;
const OUTPUTS: readonly (readonly SegmentationOutput[])[] = [
  [],
  ['overlay'],
  ['color_map', 'probabilities'],
  ['logits', 'model_input'],
];
const FORMATS = ['png', 'jpeg', 'webp'] as const;
const MODELS = ['overlap-quick', 'overlap-batching', 'overlap-slow'] as const;

// Whole services are started here, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('overlap-quick');
  await service.addBatchingModel('overlap-batching', { maxBatch: 4, runMs: 40 });
  await service.addSlowModel('overlap-slow', 60);
  await service.startWorker();
  await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

/** Each differs from its neighbours in model, picture, outputs and format; the same index is the same job. */
async function submission(index: number) {
  return {
    image: await testPicture(index % PICTURES),
    model: MODELS[index % MODELS.length]!,
    outputs: [...OUTPUTS[index % OUTPUTS.length]!],
    output_format: FORMATS[Math.floor(index / 2) % FORMATS.length]!,
    priority: index % 11,
  };
}

/** What a job answered: its result, and every artifact byte for byte. */
async function answerOf(job: Job) {
  const artifacts = await Promise.all(
    job.artifacts.map(async ({ name }) => [
      name,
      Buffer.from(await service.client.artifact(job, name)).toString('base64'),
    ]),
  );
  return { status: job.status, result: job.result, artifacts };
}

it('forty overlapping jobs of mixed models and options answer as they do one at a time', async () => {
  const alone = [];
  for (let index = 0; index < JOBS; index++) {
    const job = await service.client.submitSegmentation(await submission(index), { waitSeconds: 50 });
    alone.push(await answerOf(job));
  }
  const submitted = await Promise.all(
    Array.from({ length: JOBS }, async (_, index) =>
      service.client.submitSegmentation(await submission(index)),
    ),
  );
  const together = await Promise.all(submitted.map((job) => service.client.waitForEnd(job)));
  expect(alone.map(({ status }) => status)).toEqual(alone.map(() => 'succeeded'));
  const largestBatch = Math.max(...together.map(({ execution }) => execution?.batch_size ?? 0));
  expect(largestBatch).toBeGreaterThan(1);
  const workers = new Set(together.map(({ execution }) => execution?.worker));
  expect(workers.size).toBe(2);
  for (const [index, job] of together.entries()) expect(await answerOf(job)).toEqual(alone[index]);
});
