import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DarkroomError } from '@darkroom/contracts';
import { float32ToFloat16, type Tensor } from '@darkroom/tensor';
import { segmentationGraph, slowSegmentationGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphThread } from './graph-thread.js';
import { openGraph } from './ort-graph.js';

const options = { providers: [{ name: 'cpu' }], intraOpThreads: 1 } as const;
let folder: string;
let thread: GraphThread;
let written = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-thread-'));
  // A thread cannot run sources; the suite builds before it runs.
  thread = new GraphThread(new URL('../dist/graph-thread-main.js', import.meta.url));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `graph-${written++}.onnx`);
  await writeFile(path, bytes);
  return path;
}

function picture(pixels: number): Tensor {
  const data = Float32Array.from({ length: 3 * pixels }, (_, i) => (i % 7) / 7);
  return { type: 'float32', dims: [1, 3, 1, pixels], data };
}

describe('a graph in a thread', () => {
  it.each(['float32', 'float16', 'class ids'] as const)('gives what it gives without: %s', async (gives) => {
    const isHalf = gives === 'float16';
    const path = await write(
      segmentationGraph({
        classes: 4,
        inputType: isHalf ? 'float16' : 'float32',
        ...(gives === 'class ids' && { gives: 'class-ids' }),
      }),
    );
    const whole = picture(5);
    const input: Tensor = isHalf
      ? { type: 'float16', dims: whole.dims, data: float32ToFloat16(whole.data as Float32Array) }
      : whole;
    const [threaded, plain] = [await thread.open(path, options), await openGraph(path, options)];
    expect([threaded.inputs, threaded.outputs]).toEqual([plain.inputs, plain.outputs]);
    expect(await threaded.run({ input })).toEqual(await plain.run({ input }));
    await Promise.all([threaded.close(), plain.close()]);
  });

  it('leaves the feeds to the caller, who may run with them again', async () => {
    const graph = await thread.open(await write(segmentationGraph({ classes: 3 })), options);
    const input = picture(4);
    const first = await graph.run({ input });
    expect(input.data).toEqual(picture(4).data);
    expect(await graph.run({ input }, ['out'])).toEqual(first);
    await graph.close();
  });

  it('keeps the event loop free while it runs', async () => {
    const graph = await thread.open(
      await write(slowSegmentationGraph({ classes: 2, iterations: 60 })),
      options,
    );
    let turns = 0;
    const counting = setInterval(() => turns++, 5);
    const startedMs = performance.now();
    await graph.run({ input: picture(2) });
    const runMs = performance.now() - startedMs;
    clearInterval(counting);
    // Blocked, it would have had no turn at all.
    expect(turns).toBeGreaterThan(Math.min(10, runMs / 50));
    await graph.close();
  });

  it('says what is wrong with a file, a feed and a closed graph as it does without a thread', async () => {
    const noGraph = await write(Buffer.from('<html>not found</html>'));
    const path = await write(segmentationGraph({ classes: 3 }));
    const [threaded, plain] = [await thread.open(path, options), await openGraph(path, options)];
    const calls: [inThread: () => Promise<unknown>, without: () => Promise<unknown>][] = [
      [() => thread.open(noGraph, options), () => openGraph(noGraph, options)],
      [() => threaded.run({ picture: picture(2) }), () => plain.run({ picture: picture(2) })],
      [() => threaded.run({ input: picture(2) }, ['no']), () => plain.run({ input: picture(2) }, ['no'])],
    ];
    for (const [inThread, without] of calls) {
      const { name, code, message } = await without().then(
        () => expect.unreachable(),
        (error: DarkroomError) => error,
      );
      expect(name).toBe('DarkroomError');
      await expect(inThread()).rejects.toMatchObject({ name, code, message });
    }
    await threaded.close();
    await expect(threaded.run({ input: picture(2) })).rejects.toThrow('no graph');
    await plain.close();
  });

  it('holds several graphs at a time and runs each as it is asked to', async () => {
    const graphs = await Promise.all(
      [2, 3, 4].map(async (classes) => thread.open(await write(segmentationGraph({ classes })), options)),
    );
    const outputs = await Promise.all(graphs.map((graph) => graph.run({ input: picture(6) })));
    expect(outputs.map(({ out }) => out!.dims)).toEqual([
      [1, 2, 1, 6],
      [1, 3, 1, 6],
      [1, 4, 1, 6],
    ]);
    await Promise.all(graphs.map((graph) => graph.close()));
  });
});
