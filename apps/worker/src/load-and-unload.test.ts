import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '@darkroom/contracts';
import type { DarkroomProcess } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferencePids, TestService, testPicture, untilRunning } from './testing/test-service.js';

const SLOW_RUN_MS = 1_500;
/** When the quick model's graph was written, as far as anybody can see. */
const UNSEEN = new Date('2026-01-01');

let service: TestService;
let workers: DarkroomProcess[];

beforeAll(async () => {
  service = await TestService.start();
  await service.addSlowModel('slow', SLOW_RUN_MS);
  await service.addQuickModel('quick');
  await service.addQuickModel('pinned', { runtime: { preload: true } });
  await utimes(quickGraph(), UNSEEN, UNSEEN);
  workers = await Promise.all([service.startWorker(), service.startWorker()]);
}, 120_000);
afterAll(() => service?.stop());

async function post(path: string): Promise<{ status: number; model: Model }> {
  const answer = await fetch(`${service.url}/v1/models/${path}`, { method: 'POST' });
  return { status: answer.status, model: (await answer.json()) as Model };
}

const quickGraph = () => join(service.modelsFolder, 'quick', 'graph.onnx');

/** As a disk that fails does it: the worker, which watches for files that were written to, sees no change. */
async function writeUnseen(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
  await utimes(path, UNSEEN, UNSEEN);
}

const processesOf = (model: string) => workers.map((worker) => inferencePids(worker, model).length);

/** On each worker that holds it. */
async function statesOf(id: string): Promise<string[]> {
  const models = (await service.client.workers()).flatMap((worker) => worker.models);
  return models.filter((model) => model.id === id).map(({ state }) => state);
}

async function runJob(model: string) {
  return service.client.submitSegmentation({ image: await testPicture(1), model }, { waitSeconds: 50 });
}

describe('a model that two workers hold', () => {
  it('is loaded by both, unloaded by both, and loaded again by the next job', async () => {
    expect(processesOf('quick')).toEqual([0, 0]);
    const loaded = await post('quick/load?wait=50');
    expect([loaded.status, loaded.model.state, loaded.model.workers.length]).toEqual([200, 'ready', 2]);
    expect(processesOf('quick')).toEqual([1, 1]);
    expect(await statesOf('quick')).toEqual(['ready', 'ready']);

    const unloaded = await post('quick/unload?wait=50');
    expect([unloaded.status, unloaded.model.state]).toEqual([200, 'unloaded']);
    expect(processesOf('quick')).toEqual([0, 0]);
    expect(await statesOf('quick')).toEqual(['unloaded', 'unloaded']);

    expect((await runJob('quick')).status).toBe('succeeded');
    expect(processesOf('quick').toSorted()).toEqual([0, 1]);
  }, 60_000);

  it('is answered 202 at once where nobody waits for it', async () => {
    const asked = await post('quick/load');
    expect([asked.status, asked.model.id]).toEqual([202, 'quick']);
    await expect.poll(() => statesOf('quick'), { timeout: 20_000 }).toEqual(['ready', 'ready']);
  }, 60_000);

  it('can be preloaded and is unloaded all the same, until its next job', async () => {
    expect(processesOf('pinned')).toEqual([1, 1]);
    expect((await service.client.unloadModel('pinned', { waitSeconds: 50 })).state).toBe('unloaded');
    expect(processesOf('pinned')).toEqual([0, 0]);
    expect((await runJob('pinned')).status).toBe('succeeded');
  }, 60_000);
});

it('a job that runs when its model is to be unloaded ends first, and the one behind it loads the model again', async () => {
  const { client } = service;
  await client.loadModel('slow', { waitSeconds: 50 });
  const image = await testPicture(2);
  const jobs = [];
  // One more than both workers take at a time.
  for (let i = 0; i < 5; i++) jobs.push(await client.submitSegmentation({ image, model: 'slow' }));
  await untilRunning(client, jobs[0]!);
  const before = workers.flatMap((worker) => inferencePids(worker, 'slow'));
  const unloaded = await post('slow/unload?wait=50');
  expect(unloaded.status).toBe(200);
  expect((await client.job(jobs[0]!)).status).toBe('succeeded');
  const ended = await Promise.all(jobs.map((job) => client.waitForEnd(job)));
  expect(ended.map(({ status, attempts }) => [status, attempts])).toEqual(jobs.map(() => ['succeeded', 1]));
  const after = workers.flatMap((worker) => inferencePids(worker, 'slow'));
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
}, 90_000);

it('a model that cannot be loaded is answered with the state failed, and why', async () => {
  await service.client.unloadModel('quick', { waitSeconds: 50 });
  const graph = quickGraph();
  const intact = await readFile(graph);
  await writeUnseen(graph, Buffer.alloc(intact.length));
  const failed = await post('quick/load?wait=50');
  expect([failed.status, failed.model.state]).toEqual([200, 'failed']);
  expect(failed.model.problem).toContain('graph.onnx');
  await writeUnseen(graph, intact);
  const loaded = await post('quick/load?wait=50');
  expect([loaded.status, loaded.model.state, loaded.model.problem]).toEqual([200, 'ready', null]);
}, 60_000);

it('a model that nobody knows is not found, and one that no worker holds now is offline', async () => {
  const unknown = await post('nobody/load?wait=5');
  expect(unknown).toMatchObject({ status: 404, model: { code: 'model_not_found' } });
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const kind of ['load', 'unload']) {
    const { status, model } = await post(`quick/${kind}?wait=5`);
    expect([status, model.state, model.workers]).toEqual([200, 'offline', []]);
  }
}, 60_000);
