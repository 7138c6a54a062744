import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DarkroomProcess, segmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferencePids, TestService, testPicture, untilRunning } from './testing/test-service.js';

const SLOW_RUN_MS = 3_000;
/** A change must be seen within seconds; on a busy machine the check of a model takes its time. */
const SEEN = { timeout: 30_000, interval: 200 };

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  await service.addQuickModel('first');
  await service.addSlowModel('slow', SLOW_RUN_MS);
  worker = await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

async function servedIds(): Promise<string[]> {
  const [only] = await service.client.workers();
  return only!.models.map(({ id }) => id).toSorted();
}

async function problemsOf(id: string): Promise<string[]> {
  const [only] = await service.client.workers();
  return only!.rejected_models.find(({ folder }) => folder.endsWith(`/${id}`))?.problems ?? [];
}

async function runJob(model: string) {
  return service.client.submitSegmentation({ image: await testPicture(1), model }, { waitSeconds: 50 });
}

describe('a worker that runs', () => {
  it('serves a model whose folder is put there, and no longer one whose folder is taken away', async () => {
    await service.addQuickModel('late');
    await expect.poll(servedIds, SEEN).toEqual(['first', 'late', 'slow']);
    expect((await runJob('late')).status).toBe('succeeded');
    expect(inferencePids(worker, 'late')).toHaveLength(1);
    await rm(join(service.modelsFolder, 'late'), { recursive: true });
    await expect.poll(servedIds, SEEN).toEqual(['first', 'slow']);
    await expect.poll(() => inferencePids(worker, 'late'), SEEN).toEqual([]);
    expect((await service.client.model('late')).state).toBe('offline');
    expect((await runJob('first')).status).toBe('succeeded');
  }, 90_000);

  it('says why it leaves a new folder out, and serves it once it is mended', async () => {
    await service.addQuickModel('typo', { family: 'semantic-segmentatoin' });
    await service.addQuickModel('misfit', {
      preparation: { resize: 'stretch', width: 32, height: 32, resampler: 'pil-bilinear', layout: 'nhwc' },
    });
    await expect
      .poll(() => problemsOf('typo'), SEEN)
      .toEqual([expect.stringContaining('did you mean semantic-segmentation?')]);
    await expect.poll(() => problemsOf('misfit'), SEEN).toEqual([expect.stringContaining('nchw')]);
    await service.addQuickModel('typo');
    await rm(join(service.modelsFolder, 'misfit'), { recursive: true });
    await expect.poll(servedIds, SEEN).toEqual(['first', 'slow', 'typo']);
    await expect.poll(() => problemsOf('misfit'), SEEN).toEqual([]);
    expect(await problemsOf('typo')).toEqual([]);
  }, 90_000);

  it('lets a running job end with the weights it began with when its model is replaced', async () => {
    const { client } = service;
    const before = (await client.model('slow')).version;
    const image = await testPicture(2);
    const running = await untilRunning(client, await client.submitSegmentation({ image, model: 'slow' }));
    // As `darkroom models add --replace` does it: the folder is another one from one moment to the next.
    const folder = join(service.modelsFolder, 'slow');
    await rename(folder, `${service.modelsFolder}/.old`);
    await writeTestModel(service.modelsFolder, { id: 'slow', graph: segmentationGraph({ classes: 3 }) });
    await expect.poll(async () => (await client.model('slow')).version, SEEN).not.toBe(before);
    const ended = await client.waitForEnd(running);
    expect([ended.status, ended.attempts, ended.model_version]).toEqual(['succeeded', 1, before]);
    const next = await runJob('slow');
    expect([next.status, next.model_version]).toEqual(['succeeded', (await client.model('slow')).version]);
  }, 90_000);

  it('serves a model no longer whose graph is another than its manifest says', async () => {
    const graph = join(service.modelsFolder, 'first', 'graph.onnx');
    await writeFile(graph, 'something else');
    await expect
      .poll(() => problemsOf('first'), SEEN)
      .toEqual([expect.stringContaining('#/files/graph/sha256')]);
    expect(await servedIds()).not.toContain('first');
  }, 90_000);
});
