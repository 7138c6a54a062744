import type { Float32Tensor, Tensor } from '@darkroom/tensor';
import { memoryHungrySegmentationGraph, segmentationGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatBatches, splitBatch } from './batch-tensors.js';
import { ChunkRunner } from './chunk-runner.js';
import type { ClosableGraph } from './open-model.js';
import { type MemoryShortage, NO_SHORTAGE } from './run-memory.js';
import { openOnCpu, TestModels } from './testing/test-models.js';

const CLASSES = 2;
/** Elements of one item: a picture of one pixel. */
const ITEM_ELEMENTS = 3;

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});
afterAll(() => models.delete());

const items = Array.from({ length: 10 }, (_, i): Float32Tensor => {
  const data = Float32Array.of(i % CLASSES, 0, 0);
  return { type: 'float32', dims: [1, 3, 1, 1], data };
});

/** A real graph in memory for so many items at once, the runs of it, and what it told. */
async function chunked({ fitsItems, shortage = 0 }: { fitsItems: number; shortage?: MemoryShortage }) {
  const fitsElements = fitsItems * ITEM_ELEMENTS;
  const bytes = memoryHungrySegmentationGraph({ classes: CLASSES, freeBatch: true, fitsElements });
  const graph = await openOnCpu((await models.load(bytes)).files.graph!);
  const runner = new ChunkRunner('prompts');
  const runs: number[] = [];
  const steps: number[] = [];
  const warnings: string[] = [];
  const runAll = () =>
    runner.run(items, {
      chunkSize: 8,
      runChunk: (chunk) => {
        runs.push(chunk.length);
        return runBatch(graph, chunk);
      },
      steps: { step: (done) => steps.push(done) },
      memory: { shortage, warnShort: (detail) => warnings.push(detail) },
    });
  return { runAll, runs, steps, warnings };
}

async function runBatch(graph: ClosableGraph, chunk: readonly Tensor[]): Promise<number[]> {
  const { out } = await graph.run({ input: concatBatches(chunk) });
  return splitBatch(out!).map(({ data }) => (Number(data[1]) > Number(data[0]) ? 1 : 0));
}

const answers = items.map((_, i) => i % CLASSES);

describe('items in chunks', () => {
  it('are run as many at once as was asked, each with its own answer', async () => {
    const { runAll, runs, steps, warnings } = await chunked({ fitsItems: 8 });
    expect(await runAll()).toEqual(answers);
    expect(runs).toEqual([8, 2]);
    expect(steps).toEqual([0, 8, 10]);
    expect(warnings).toEqual([]);
  });

  it('are halved where memory runs out, and what was done stays done', async () => {
    const { runAll, runs, warnings } = await chunked({ fitsItems: 3 });
    expect(await runAll()).toEqual(answers);
    expect(runs).toEqual([8, 4, 2, 2, 2, 2, 2]);
    expect(warnings).toEqual([
      'Memory did not suffice for 8 prompts at once; they were run 4 at a time instead.',
      'Memory did not suffice for 4 prompts at once; they were run 2 at a time instead.',
    ]);
  });

  it('go on from where they were when memory runs out in the middle', async () => {
    const graph = await openOnCpu(
      (await models.load(segmentationGraph({ classes: CLASSES, freeBatch: true }))).files.graph!,
    );
    const hungry = memoryHungrySegmentationGraph({ classes: CLASSES, freeBatch: true });
    const noMemory = await openOnCpu((await models.load(hungry)).files.graph!);
    const runs: [number, number][] = [];
    let done = 0;
    const results = await new ChunkRunner('crops').run(items, {
      chunkSize: 4,
      runChunk: async (chunk) => {
        runs.push([done, chunk.length]);
        // The second chunk finds less memory than the first did.
        const outcome = await runBatch(runs.length === 2 ? noMemory : graph, chunk);
        done += chunk.length;
        return outcome;
      },
      steps: { step() {} },
      memory: NO_SHORTAGE,
    });
    expect(results).toEqual(answers);
    expect(runs).toEqual([
      [0, 4],
      [4, 4],
      [4, 2],
      [6, 2],
      [8, 2],
    ]);
  });

  it('begin with the size that sufficed before, without another warning', async () => {
    const { runAll, runs, warnings } = await chunked({ fitsItems: 5 });
    await runAll();
    runs.length = 0;
    warnings.length = 0;
    expect(await runAll()).toEqual(answers);
    expect(runs).toEqual([4, 4, 2]);
    expect(warnings).toEqual([]);
  });

  it.each([
    [1, [4, 4, 2]],
    [2, [2, 2, 2, 2, 2]],
  ] as const)('begin smaller when memory is known to be short: level %i', async (shortage, expected) => {
    const { runAll, runs } = await chunked({ fitsItems: 8, shortage });
    expect(await runAll()).toEqual(answers);
    expect(runs).toEqual(expected);
  });

  it('fail when memory does not suffice for one alone', async () => {
    const { runAll, runs } = await chunked({ fitsItems: 0 });
    await expect(runAll()).rejects.toMatchObject({ code: 'out_of_memory' });
    expect(runs).toEqual([8, 4, 2, 1]);
  });

  it('end between two chunks when nobody wants them any more, though that came while a chunk ran', async () => {
    const canceled = new Error('canceled');
    let isCanceled = false;
    let runs = 0;
    const run = new ChunkRunner('prompts').run(items, {
      chunkSize: 4,
      runChunk: async (chunk) => {
        runs++;
        // As a message does, this arrives only once the event loop turns.
        setImmediate(() => {
          isCanceled = true;
        });
        return chunk;
      },
      steps: {
        step() {
          if (isCanceled) throw canceled;
        },
      },
      memory: NO_SHORTAGE,
    });
    await expect(run).rejects.toBe(canceled);
    expect(runs).toBe(1);
  });

  it('fail of what a chunk fails of', async () => {
    const broken = new Error('broken');
    const run = new ChunkRunner('prompts').run(items, {
      chunkSize: 4,
      runChunk: () => Promise.reject(broken),
      steps: { step() {} },
      memory: NO_SHORTAGE,
    });
    await expect(run).rejects.toBe(broken);
  });
});
