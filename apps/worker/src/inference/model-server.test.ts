import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { openGraph, resolveDevice } from '@darkroom/inference';
import { type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { FAMILIES, type MemoryShortage } from '@darkroom/model-families';
import { failingSegmentationGraph, segmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Room, SmallGpu } from '../testing/small-gpu.js';
import { plainPicture, testPicture } from '../testing/test-service.js';
import type { FromInferenceProcess } from './inference-messages.js';
import { ModelServer, type ModelServerParts } from './model-server.js';

const GRAPH = { classes: 8, freeBatch: true } as const;
/** Input elements of one picture, which is stretched to 32 × 32. */
const PICTURE = 3 * 32 * 32;
const OPTIONS = { mode: 'semantic', outputs: [], output_format: 'jpeg' };

let folder: string;
let written = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-model-server-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeModel(graph: Uint8Array, manifest: Partial<ModelManifest>): Promise<LoadedManifest> {
  const models = join(folder, String(written++));
  await writeTestModel(models, { id: 'model', graph, manifest });
  return (await readCatalog([models], { families: FAMILIES })).models[0]!;
}

/** A model server and all that it has sent. */
class Conversation {
  readonly sent: FromInferenceProcess[] = [];
  readonly server: ModelServer;

  constructor(seams: Omit<ModelServerParts, 'send'>) {
    this.server = new ModelServer({ ...seams, send: (message) => this.sent.push(message) });
  }

  async open(model: LoadedManifest, device = 'auto'): Promise<FromInferenceProcess> {
    const limits = { threads: 1, maxImagePixels: 1e6, embeddingCacheBytes: 0, sharesEmbeddings: false };
    const about = { model, device, ...limits, warmUp: true };
    await this.server.receive({ type: 'open', ...about });
    return this.sent[0]!;
  }

  run(runId: string, picture: Buffer, memoryShortage: MemoryShortage = 0): Promise<void> {
    const pictureSha256 = createHash('sha256').update(picture).digest('hex');
    const request = { picture, pictureSha256, options: OPTIONS, attachments: {}, memoryShortage };
    return this.server.receive({ type: 'run', runId, ...request });
  }

  /** The message that ended a run, and the details of its warnings. */
  endOf(runId: string) {
    const messages = this.sent.filter((message) => 'runId' in message && message.runId === runId);
    const warnings = messages.flatMap((message) => (message.type === 'warning' ? [message.warning] : []));
    expect(new Set(warnings.map(({ code }) => code)).size).toBeLessThanOrEqual(1);
    return { end: messages.at(-1)!, warnings: warnings.map(({ detail }) => detail) };
  }
}

async function onSmallGpu(room: Room, manifest: Partial<ModelManifest> = {}) {
  const batching = { max_batch: 4, max_delay_ms: 200 };
  const model = await writeModel(segmentationGraph(GRAPH), { batching, ...manifest });
  const gpu = new SmallGpu(model.folder, GRAPH, room);
  const conversation = new Conversation(gpu);
  expect(await conversation.open(model)).toMatchObject({ type: 'opened', device: 'cuda:0' });
  return { gpu, conversation };
}

/** Runs pictures 0 to `count - 1` at the same time, as runs of these names. */
async function runTogether(conversation: Conversation, count: number, memoryShortage: MemoryShortage = 0) {
  const runs = Array.from({ length: count }, async (_, i) =>
    conversation.run(String(i), await testPicture(i), memoryShortage),
  );
  await Promise.all(runs);
  return runs.map((_, i) => conversation.endOf(String(i)));
}

/** What a machine with memory enough answers for these pictures. */
async function answers(count: number) {
  const model = await writeModel(segmentationGraph(GRAPH), {});
  const conversation = new Conversation({ openGraph, resolveDevice });
  await conversation.open(model, 'cpu');
  return (await runTogether(conversation, count)).map(({ end }) => resultOf(end));
}

function resultOf(message: FromInferenceProcess) {
  return message.type === 'done' ? message.outcome.result : message;
}

const HALVED = 'Memory did not suffice for 4 pictures at once; they were run 2 at a time instead.';
const ONE_BY_ONE = 'Memory did not suffice for 2 pictures at once; they were run 1 at a time instead.';
const ON_CPU = 'Memory of cuda:0 did not suffice for the job; it was run on the CPU instead.';

describe('a model on a device with little memory', () => {
  it('runs a batch in halves, and warns every job of it', async () => {
    const { conversation } = await onSmallGpu({ gpuElements: 2 * PICTURE });
    const runs = await runTogether(conversation, 4);
    expect(runs.map(({ end }) => resultOf(end))).toEqual(await answers(4));
    for (const { end, warnings } of runs) {
      expect(end).toMatchObject({ type: 'done', batchSize: 2, device: 'cuda:0' });
      expect(warnings).toEqual([HALVED]);
    }
  });

  it('runs what does not even fit alone on the CPU, where the manifest allows that', async () => {
    const { conversation, gpu } = await onSmallGpu({ gpuElements: 0 }, { runtime: { cpu_fallback: true } });
    expect(gpu.open).toEqual(['cuda']);
    const [{ end, warnings } = {} as never] = await runTogether(conversation, 1);
    expect(end).toMatchObject({ type: 'done', device: 'cpu', batchSize: 1 });
    expect(resultOf(end)).toEqual((await answers(1))[0]);
    expect(warnings).toEqual([ON_CPU]);
    await runTogether(conversation, 1);
    expect(gpu.open).toEqual(['cuda', 'cpu']);
  });

  it('climbs down the whole ladder with a batch', async () => {
    const { conversation } = await onSmallGpu(
      { gpuElements: 0 },
      {
        runtime: { cpu_fallback: true },
        batching: { max_batch: 4, max_delay_ms: 200 },
      },
    );
    const runs = await runTogether(conversation, 4);
    expect(runs.map(({ end }) => resultOf(end))).toEqual(await answers(4));
    for (const { end, warnings } of runs) {
      expect(end).toMatchObject({ type: 'done', device: 'cpu' });
      expect(warnings).toEqual([HALVED, ONE_BY_ONE, ON_CPU]);
    }
  });

  it('fails with all that was tried where the CPU is not allowed', async () => {
    const { conversation, gpu } = await onSmallGpu({ gpuElements: 0 });
    const [{ end, warnings } = {} as never] = await runTogether(conversation, 4);
    expect(end).toMatchObject({ type: 'failed', code: 'out_of_memory' });
    const { detail } = end as Extract<FromInferenceProcess, { type: 'failed' }>;
    expect(detail).toMatch(/^Memory ran out in model\/on-cuda\.onnx: .* Send a smaller picture/);
    expect(detail).toContain(`${HALVED} ${ONE_BY_ONE} The CPU was not tried: runtime.cpu_fallback`);
    expect(warnings).toEqual([HALVED, ONE_BY_ONE]);
    expect(gpu.open).toEqual(['cuda']);
  });

  it('fails with all that was tried where the CPU’s memory does not suffice either', async () => {
    const room = { gpuElements: 0, cpuElements: 0 };
    const { conversation } = await onSmallGpu(room, { runtime: { cpu_fallback: true } });
    const [{ end, warnings } = {} as never] = await runTogether(conversation, 1);
    expect(end).toMatchObject({ type: 'failed', code: 'out_of_memory' });
    const { detail } = end as Extract<FromInferenceProcess, { type: 'failed' }>;
    expect(detail).toContain(`${ON_CPU} There it failed too: Memory ran out in model/on-cpu.onnx`);
    expect(warnings).toEqual([ON_CPU]);
  });

  it('gives the memory on the CPU back when no job has needed it for a while', async () => {
    const runtime = { cpu_fallback: true, idle_seconds: 1 };
    const { conversation, gpu } = await onSmallGpu({ gpuElements: 0 }, { runtime });
    await runTogether(conversation, 1);
    expect(gpu.open).toEqual(['cuda', 'cpu']);
    await expect.poll(() => gpu.open, { timeout: 10_000 }).toEqual(['cuda']);
    const [{ end } = {} as never] = await runTogether(conversation, 1);
    expect(end).toMatchObject({ type: 'done', device: 'cpu' });
  });

  it('runs jobs one by one that are known to be short of memory', async () => {
    const { conversation } = await onSmallGpu({ gpuElements: PICTURE });
    for (const { end, warnings } of await runTogether(conversation, 2, 1)) {
      expect(end).toMatchObject({ type: 'done', batchSize: 1 });
      expect(warnings).toEqual([]);
    }
  });
});

describe('a model whose device is lost', () => {
  const failingNode =
    'CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=gpu-1 ; ';

  it('says so and runs nothing more, neither the rest of the batch nor another', async () => {
    const batching = { max_batch: 2, max_delay_ms: 200 };
    const model = await writeModel(failingSegmentationGraph({ ...GRAPH, failingNode }), { batching });
    const conversation = new Conversation({ openGraph, resolveDevice });
    await conversation.open(model, 'cpu');
    const white = await plainPicture(255);
    void conversation.run('first', white);
    void conversation.run('second', white);
    const isDying = () => conversation.sent.filter(({ type }) => type === 'dying');
    await expect
      .poll(isDying)
      .toEqual([{ type: 'dying', ending: 'CUDA failure 700: an illegal memory access was encountered' }]);
    void conversation.run('later', await plainPicture(0));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isDying()).toHaveLength(1);
    expect(conversation.sent.filter(({ type }) => type === 'done' || type === 'failed')).toEqual([]);
  });
});
