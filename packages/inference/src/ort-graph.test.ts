import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DarkroomError } from '@darkroom/contracts';
import { float16ToFloat32, float32ToFloat16, type Tensor } from '@darkroom/tensor';
import {
  failingSegmentationGraph,
  memoryHungrySegmentationGraph,
  referenceColor,
  type SegmentationGraphOptions,
  segmentationGraph,
  slowSegmentationGraph,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError } from './device-lost-error.js';
import { type OrtGraph, openGraph } from './ort-graph.js';

const options = { providers: [{ name: 'cpu' }], intraOpThreads: 1 } as const;
let folder: string;
const opened: OrtGraph[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-graphs-'));
});

afterAll(async () => {
  for (const graph of opened) await graph.close();
  await rm(folder, { recursive: true });
});

async function open(bytes: Uint8Array): Promise<OrtGraph> {
  const path = join(folder, `graph-${opened.length}.onnx`);
  await writeFile(path, bytes);
  const graph = await openGraph(path, options);
  opened.push(graph);
  return graph;
}

/** A picture of the reference colours of the classes given, as float32 [1, 3, height, width]. */
function pictureOf(classMap: readonly (readonly number[])[], classes: number): Tensor {
  const height = classMap.length;
  const width = classMap[0]!.length;
  const colors = classMap.flat().map((classIndex) => referenceColor(classIndex, classes));
  const data = Float32Array.from([0, 1, 2].flatMap((channel) => colors.map((color) => color[channel]!)));
  return { type: 'float32', dims: [1, 3, height, width], data };
}

/** Class with the largest logit at each position of float32 [1, classes, height, width]. */
function argmax({ dims, data }: Tensor): number[] {
  const [, classes = 0, height = 0, width = 0] = dims;
  return Array.from({ length: height * width }, (_, position) => {
    const logits = Array.from({ length: classes }, (_, k) => Number(data[k * height * width + position]));
    return logits.indexOf(Math.max(...logits));
  });
}

async function failure(promise: Promise<unknown>): Promise<DarkroomError> {
  const error = await promise.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DarkroomError);
  return error;
}

describe('a graph', () => {
  it('tells its inputs and outputs, free sizes as null', async () => {
    const graph = await open(
      segmentationGraph({ classes: 4, freeBatch: true, auxiliaryOutput: 'aux', reduction: 2 }),
    );
    expect(graph.inputs).toEqual([{ name: 'input', type: 'float32', dims: [null, 3, null, null] }]);
    expect(graph.outputs).toEqual([
      { name: 'out', type: 'float32', dims: [null, 4, null, null] },
      { name: 'aux', type: 'float32', dims: [null, 4, null, null] },
    ]);
    const fixed = await open(
      segmentationGraph({ classes: 4, layout: 'nhwc', size: { height: 9, width: 7 }, reduction: 4 }),
    );
    expect(fixed.inputs[0]!.dims).toEqual([1, 9, 7, 3]);
    expect(fixed.outputs[0]!.dims).toEqual([1, 3, 2, 4]);
  });

  it.each([2, 9, 21, 300])(
    'of the testkit knows each of %d classes by its reference colour',
    async (classes) => {
      const graph = await open(segmentationGraph({ classes }));
      const everyClass = [Array.from({ length: classes }, (_, k) => k)];
      const { out } = await graph.run({ input: pictureOf(everyClass, classes) });
      expect(argmax(out!)).toEqual(everyClass[0]);
    },
  );

  it('of the testkit gives the same classes in half precision, in the other layout and as class ids', async () => {
    const classMap = [
      [0, 1, 2],
      [3, 4, 5],
    ];
    const picture = pictureOf(classMap, 6);
    const half: Tensor = {
      type: 'float16',
      dims: picture.dims,
      data: float32ToFloat16(picture.data as Float32Array),
    };
    const { out } = await (await open(segmentationGraph({ classes: 6, inputType: 'float16' }))).run({
      input: half,
    });
    expect(out).toMatchObject({ type: 'float16', dims: [1, 6, 2, 3] });
    const logits = float16ToFloat32(out!.data as Uint16Array);
    expect(argmax({ type: 'float32', dims: out!.dims, data: logits })).toEqual(classMap.flat());

    const pixels = classMap.flat().flatMap((classIndex) => referenceColor(classIndex, 6));
    const nhwc: Tensor = { type: 'float32', dims: [1, 2, 3, 3], data: Float32Array.from(pixels) };
    const idGraph: SegmentationGraphOptions = { classes: 6, layout: 'nhwc', gives: 'class-ids' };
    const ids = await (await open(segmentationGraph(idGraph))).run({ input: nhwc });
    expect(ids.out).toEqual({
      type: 'int64',
      dims: [1, 2, 3],
      data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n),
    });
  });

  it('of the testkit gives the quick graph’s answer when it is slow', async () => {
    const quick = await open(segmentationGraph({ classes: 5 }));
    const slow = await open(slowSegmentationGraph({ classes: 5, iterations: 3 }));
    const input = pictureOf([[4, 3, 2, 1, 0]], 5);
    const expected = (await quick.run({ input })).out!.data as Float32Array;
    // The loop really multiplied: its matrix stays all ones, and their mean is on top of every logit.
    expect((await slow.run({ input })).out!.data).toEqual(expected.map((logit) => logit + 1));
  });

  it('runs the outputs asked for, in the order asked for', async () => {
    const graph = await open(segmentationGraph({ classes: 2, auxiliaryOutput: 'aux' }));
    const input = pictureOf([[0, 1]], 2);
    expect(Object.keys(await graph.run({ input }))).toEqual(['out', 'aux']);
    const { aux, out } = await graph.run({ input }, ['aux', 'out']);
    expect(aux!.data).toEqual((out!.data as Float32Array).map((logit) => -logit));
    expect(Object.keys(await graph.run({ input }, ['aux']))).toEqual(['aux']);
  });

  it('keeps what a run gave when the next run gives something else', async () => {
    const graph = await open(segmentationGraph({ classes: 2 }));
    const first = await graph.run({ input: pictureOf([[0, 0]], 2) });
    await graph.run({ input: pictureOf([[1, 1]], 2) });
    expect(argmax(first.out!)).toEqual([0, 0]);
  });

  it('refuses missing and unknown tensors, and says what it takes', async () => {
    const graph = await open(segmentationGraph({ classes: 2 }));
    const input = pictureOf([[0]], 2);
    const missing = await failure(graph.run({}));
    expect(missing.code).toBe('inference_failed');
    expect(missing.message).toContain('nothing was given for its input input: float32[1, 3, ?, ?]');
    const unknown = await failure(graph.run({ input, image: input }));
    expect(unknown.message).toMatch(/it has no input image; its inputs are input: float32\[1, 3, \?, \?\]/);
    expect((await failure(graph.run({ input }, ['logits']))).message).toMatch(
      /no output logits; its outputs are out:/,
    );
  });

  it.each<[string, Tensor]>([
    ['type', { type: 'float16', dims: [1, 3, 1, 1], data: new Uint16Array(3) }],
    ['rank', { type: 'float32', dims: [3, 1, 1], data: new Float32Array(3) }],
    ['size', { type: 'float32', dims: [1, 4, 1, 1], data: new Float32Array(4) }],
    ['number of elements', { type: 'float32', dims: [1, 3, 1, 1], data: new Float32Array(4) }],
  ])('refuses a tensor of another %s', async (_, input) => {
    const graph = await open(segmentationGraph({ classes: 2 }));
    const error = await failure(graph.run({ input }));
    expect(error.message).toContain('its input is input: float32[1, 3, ?, ?], given was input:');
  });

  it('reports memory that runs out as such', async () => {
    const graph = await open(memoryHungrySegmentationGraph({ classes: 2 }));
    const error = await failure(graph.run({ input: pictureOf([[0]], 2) }));
    expect(error.code).toBe('out_of_memory');
    expect(error.message).toContain('smaller picture');
    expect(error.message).not.toContain(folder);
  });

  it('reports memory that runs out above a size, and runs what fits', async () => {
    const options = { classes: 2, freeBatch: true, fitsElements: 6 };
    const graph = await open(memoryHungrySegmentationGraph(options));
    const run = (pixels: number[]) => graph.run({ input: pictureOf([pixels], 2) });
    expect((await failure(run([0, 1, 1]))).code).toBe('out_of_memory');
    expect(argmax((await run([0, 1])).out!)).toEqual([0, 1]);
  });

  it('throws that the device is lost when the error says so', async () => {
    const failingNode =
      'CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=gpu-1 ; expr=cudaStreamSynchronize(s); ';
    const graph = await open(failingSegmentationGraph({ classes: 8, failingNode }));
    expect(argmax((await graph.run({ input: pictureOf([[6]], 8) })).out!)).toEqual([6]);
    const lost = await graph.run({ input: pictureOf([[7]], 8) }).catch((error) => error);
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect(lost.message).toBe('CUDA failure 719: unspecified launch failure');
  });

  it('can be closed twice, and not run afterwards', async () => {
    const graph = await open(segmentationGraph({ classes: 2 }));
    await graph.close();
    await graph.close();
    expect((await failure(graph.run({ input: pictureOf([[0]], 2) }))).message).toContain('closed');
  });
});

describe('a file that is no graph', () => {
  const whole = segmentationGraph({ classes: 300 });

  it.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from('<html>not here</html>\n'), /is text that begins with "<html>not here/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
      /git lfs pull/,
    ],
    ['empty', Buffer.alloc(0), /file is empty/],
    ['cut off', whole.subarray(0, whole.length / 2), /Protobuf parsing failed.*compare its sha256/],
  ])('is explained when it is %s', async (_, bytes, message) => {
    const error = await failure(open(bytes));
    expect(error.code).toBe('inference_failed');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(folder);
  });

  it('is explained when it is missing or a folder', async () => {
    expect((await failure(openGraph(join(folder, 'none.onnx'), options))).message).toContain(
      'there is no such file',
    );
    expect((await failure(openGraph(folder, options))).message).toContain('it is a folder');
  });
});
