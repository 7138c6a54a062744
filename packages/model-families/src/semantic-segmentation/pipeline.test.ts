import type { ModelManifest } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { decodeNpy, type Tensor } from '@darkroom/tensor';
import {
  memoryHungrySegmentationGraph,
  type SegmentationGraphOptions,
  segmentationGraph,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_STEPS } from '../no-steps.js';
import { NO_SHORTAGE } from '../run-memory.js';
import { openOnCpu, segment, TestModels } from '../testing/test-models.js';
import { decode, enlarged, idsIn, pictureOf, quadrants, stretchTo } from '../testing/test-pictures.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

describe('a graph of per-pixel class logits', () => {
  const variants = (['nchw', 'nhwc'] as const).flatMap((layout) =>
    (['float32', 'float16'] as const).flatMap((inputType) =>
      ([1, 4] as const).flatMap((reduction) =>
        [null, { width: 32, height: 32 }].map((size) => ({ layout, inputType, reduction, size })),
      ),
    ),
  );

  it.each(variants)(
    'is decoded: $layout, $inputType, output smaller by $reduction, size $size',
    async (variant) => {
      const graph = segmentationGraph({ classes: 4, ...variant });
      const pipeline = await models.open(graph, stretchTo(32, 32, { layout: variant.layout }));
      const { result, artifacts } = await segment(pipeline, pictureOf(quadrants, 4, 16));
      expect(await idsIn(artifacts['segmentation_map.png']!.bytes)).toEqual(enlarged(quadrants, 16));
      expect(result).toMatchObject({ kind: 'semantic', width: 32, height: 32 });
      expect(result.classes.map(({ id, pixels, fraction }) => [id, pixels, fraction])).toEqual(
        [0, 1, 2, 3].map((id) => [id, 256, 0.25]),
      );
    },
  );

  it('gives a map of the picture’s size when the network’s is another', async () => {
    const pipeline = await models.open(segmentationGraph({ classes: 4, reduction: 2 }), stretchTo(16, 8));
    const picture = pictureOf([[3, 3, 1]], 4, 30);
    const { result, artifacts } = await segment(pipeline, picture);
    const map = await decode(artifacts['segmentation_map.png']!.bytes);
    expect([map.width, map.height]).toEqual([90, 30]);
    expect(result).toMatchObject({ width: 90, height: 30 });
    expect(result.classes.map(({ id }) => id)).toEqual([3, 1]);
    expect(result.classes[0]!.fraction).toBeCloseTo(2 / 3, 1);
    expect(result.classes[0]!.pixels + result.classes[1]!.pixels).toBe(2700);
  });

  it('takes a picture at its own size where its input follows the picture', async () => {
    const graph = segmentationGraph({ classes: 4, reduction: 8 });
    const resampler = 'pil-bilinear' as const;
    const preparation = { resize: 'shortest-edge' as const, shortest_edge: 40, multiple_of: 16, resampler };
    const pipeline = await models.open(graph, { preparation });
    const picture = pictureOf([[1, 3, 3]], 4, 40);
    const { result, artifacts } = await segment(pipeline, picture, { outputs: ['model_input', 'logits'] });
    expect(artifacts['model_input.png']).toMatchObject({ width: 128, height: 48 });
    expect(decodeNpy(artifacts['logits.npy']!.bytes).dims).toEqual([4, 6, 16]);
    expect(result.classes.map(({ id, pixels }) => [id, pixels])).toEqual([
      [3, 3200],
      [1, 1600],
    ]);
  });

  it.each(['center', 'top-left'] as const)(
    'knows nothing of the padding of a letterbox: %s',
    async (anchor) => {
      // The padding has the colour of class 1, which is nowhere in the picture.
      const manifest = stretchTo(32, 32, {
        resize: 'letterbox',
        letterbox_anchor: anchor,
        padding_color: [255, 0, 0],
      });
      const pipeline = await models.open(segmentationGraph({ classes: 4 }), manifest);
      const wide = [[2, 3, 2, 3]];
      const { result, artifacts } = await segment(pipeline, pictureOf(wide, 4, 8), {
        outputs: ['model_input'],
      });
      expect(result.classes.map(({ id, pixels }) => [id, pixels])).toEqual([
        [2, 128],
        [3, 128],
      ]);
      expect(await idsIn(artifacts['segmentation_map.png']!.bytes)).toEqual(enlarged(wide, 8));
      const seen = await decode(artifacts['model_input.png']!.bytes);
      const corner = [...seen.data.subarray(0, 3)];
      expect(corner).toEqual(anchor === 'center' ? [255, 0, 0] : [0, 255, 0]);
    },
  );

  it('has a 16-bit map above 256 classes', async () => {
    const pipeline = await models.open(segmentationGraph({ classes: 300 }), stretchTo(2, 1));
    const { result, artifacts } = await segment(pipeline, pictureOf([[299, 255]], 300));
    expect(result.classes.map(({ id, label }) => [id, label])).toEqual([
      [255, 'class 255'],
      [299, 'class 299'],
    ]);
    const [bitDepth, colourType] = artifacts['segmentation_map.png']!.bytes.subarray(24, 26);
    expect([bitDepth, colourType]).toEqual([16, 0]);
  });

  it('feeds channels in the order and scale of the manifest', async () => {
    const swapped = stretchTo(4, 1, {
      channel_order: 'bgr',
      scale: 1 / 127.5,
      mean: [-1, -1, -1],
      std: [2, 2, 2],
    });
    // (value / 127.5 + 1) / 2 runs from 0.5 to 1.5: black becomes grey, which is nearest to black by no channel.
    const pipeline = await models.open(segmentationGraph({ classes: 8 }), swapped);
    const picture = pictureOf([[0, 1, 4, 7]], 8);
    const { artifacts } = await segment(pipeline, picture, { outputs: ['logits', 'model_input'] });
    const logits = decodeNpy(artifacts['logits.npy']!.bytes);
    // Class 4 is blue: 2·c·rgb − 1 with the network's third channel, which the picture's red is in.
    expect([...logits.data.subarray(4 * 4, 5 * 4)]).toEqual([0, 2, 0, 2]);
    expect([...(await decode(artifacts['model_input.png']!.bytes)).data]).toEqual([...picture.data]);
  });
});

describe('the outputs of a graph', () => {
  const picture = pictureOf([[1, 2]], 4);
  const ids = async (graph: SegmentationGraphOptions, manifest: Partial<ModelManifest> = {}) => {
    const pipeline = await models.open(segmentationGraph(graph), { ...stretchTo(2, 1), ...manifest });
    return idsIn((await segment(pipeline, picture)).artifacts['segmentation_map.png']!.bytes);
  };

  it('hold the logits in out, whatever is beside it', async () => {
    expect(await ids({ classes: 4, auxiliaryOutput: 'aux' })).toEqual([1, 2]);
  });

  it('hold the logits in the one that the manifest names', async () => {
    const graph = { classes: 4, outputName: 'main', auxiliaryOutput: 'other' };
    expect(await ids(graph, { family_options: { output: 'main' } })).toEqual([1, 2]);
    // The other output is the logits negated, so that the farthest colour wins: blue, seen from red and from green.
    expect(await ids(graph, { family_options: { output: 'other' } })).not.toEqual([1, 2]);
  });

  it('have the layout that the number of labels tells, though the input’s is another', async () => {
    const nhwc = segmentationGraph({ classes: 4, layout: 'nhwc', size: { width: 3, height: 2 } });
    const labels = ['a', 'b', 'c', 'd'];
    const pipeline = await models.open(nhwc, { ...stretchTo(3, 2, { layout: 'nhwc' }), labels });
    const { result } = await segment(
      pipeline,
      pictureOf(
        [
          [1, 2, 3],
          [3, 2, 1],
        ],
        4,
      ),
    );
    expect(result.classes.map(({ label, pixels }) => [label, pixels])).toEqual([
      ['b', 2],
      ['c', 2],
      ['d', 2],
    ]);
  });
});

describe('a run', () => {
  /** Opens graphs and counts the pictures of each run. */
  function countingOpener() {
    const runs: number[] = [];
    const open = async (path: string) => {
      const graph = await openOnCpu(path);
      return {
        inputs: graph.inputs,
        outputs: graph.outputs,
        close: () => graph.close(),
        run: (feeds: Readonly<Record<string, Tensor>>, outputNames?: readonly string[]) => {
          runs.push(feeds.input!.dims[0]!);
          return graph.run(feeds, outputNames);
        },
      };
    };
    return { runs, open };
  }

  const pictures = [pictureOf([[0, 1]], 4), pictureOf([[2, 2]], 4), pictureOf([[3, 0]], 4)];

  it.each([
    { freeBatch: true, inputType: 'float32' as const, expectedRuns: [3] },
    { freeBatch: true, inputType: 'float16' as const, expectedRuns: [3] },
    { freeBatch: false, inputType: 'float32' as const, expectedRuns: [1, 1, 1] },
  ])('gives every picture of a batch its own answer: $freeBatch, $inputType', async (variant) => {
    const { runs, open } = countingOpener();
    const pipeline = await models.open(segmentationGraph({ classes: 4, ...variant }), stretchTo(2, 1), open);
    const inputs = pictures.map((picture) => ({ picture, options: { outputs: [], output_format: 'png' } }));
    const prepared = await Promise.all(inputs.map((input) => pipeline.prepare(input)));
    expect(new Set(prepared.map((one) => pipeline.batchKey(one))).size).toBe(1);
    const steps: number[][] = [];
    const step = (done: number, of: number) => steps.push([done, of]);
    const inferred = await pipeline.infer(prepared, { ...NO_STEPS, step }, NO_SHORTAGE);
    expect(runs).toEqual(variant.expectedRuns);
    expect(steps.at(-1)).toEqual([variant.expectedRuns.length, variant.expectedRuns.length]);
    const ids: number[][] = [];
    for (const [i, input] of inputs.entries()) {
      const { artifacts } = await pipeline.postprocess(inferred[i], prepared[i], input);
      ids.push(await idsIn(artifacts[0]!.bytes));
    }
    expect(ids).toEqual([
      [0, 1],
      [2, 2],
      [3, 0],
    ]);
  });

  it('keeps pictures of different input sizes apart', async () => {
    const resampler = 'pil-bilinear' as const;
    const preparation = { resize: 'shortest-edge' as const, shortest_edge: 8, resampler };
    const pipeline = await models.open(segmentationGraph({ classes: 4 }), { preparation });
    const keyOf = async (picture: Pixels) =>
      pipeline.batchKey(await pipeline.prepare({ picture, options: {} }));
    expect(await keyOf(pictureOf([[0, 1]], 4))).not.toBe(await keyOf(pictureOf([[0], [1]], 4)));
  });

  it('ends between two runs when nobody wants the job any more', async () => {
    const { runs, open } = countingOpener();
    const pipeline = await models.open(segmentationGraph({ classes: 4 }), stretchTo(2, 1), open);
    const prepared = await Promise.all(pictures.map((picture) => pipeline.prepare({ picture, options: {} })));
    const canceled = new Error('canceled');
    const step = (done: number) => {
      if (done === 1) throw canceled;
    };
    await expect(pipeline.infer(prepared, { ...NO_STEPS, step }, NO_SHORTAGE)).rejects.toBe(canceled);
    expect(runs).toEqual([1]);
  });

  it('that warms up goes through the graph once', async () => {
    const { runs, open } = countingOpener();
    const pipeline = await models.open(segmentationGraph({ classes: 4 }), stretchTo(2, 1), open);
    await pipeline.warmUp();
    expect(runs).toEqual([1]);
  });

  it('that runs out of memory says so', async () => {
    const pipeline = await models.open(memoryHungrySegmentationGraph({ classes: 4 }), stretchTo(2, 1));
    await expect(segment(pipeline, pictures[0]!)).rejects.toMatchObject({ code: 'out_of_memory' });
  });
});
