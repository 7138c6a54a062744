import type { ModelManifest } from '@darkroom/contracts';
import { withDefaults } from '@darkroom/model-catalog';
import type { GraphSignature, TensorSpec } from '@darkroom/tensor';
import { segmentationGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestModels } from '../testing/test-models.js';
import { readSignature } from './signature.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const size = { width: 16, height: 8 };
const stretch = { resize: 'stretch', ...size, resampler: 'pil-bilinear' } as const;
const labels = ['a', 'b', 'c', 'd'];

describe('a graph that doesn’t fit is told with file, field and remedy:', () => {
  it.each<[string, Parameters<typeof segmentationGraph>[0], Partial<ModelManifest>, string[]]>([
    [
      'another size than the manifest’s',
      { classes: 4, size },
      { preparation: { ...stretch, width: 32, height: 32 } },
      [
        'model.json#/preparation/width: expected 16, the size of the graph’s input input: float32[1, 3, 8, 16], got 32',
        'model.json#/preparation/height: expected 8, the size of the graph’s input input: float32[1, 3, 8, 16], got 32',
      ],
    ],
    [
      'another layout than the manifest’s',
      { classes: 4, layout: 'nhwc', size },
      { preparation: stretch },
      [
        'model.json#/preparation/layout: expected nhwc, the layout of the graph’s input input: float32[1, 8, 16, 3], got nchw',
      ],
    ],
    [
      'a fixed size for pictures of any size',
      { classes: 4, size },
      { preparation: { resize: 'shortest-edge', shortest_edge: 16, resampler: 'darknet' } },
      [
        'model.json#/preparation/resize: expected stretch or letterbox, since the size of the graph’s input input: float32[1, 3, 8, 16] is fixed, got shortest-edge',
      ],
    ],
    [
      'a picture that is cut',
      { classes: 4 },
      { preparation: { resize: 'shortest-edge', shortest_edge: 16, ...size, resampler: 'darknet' } },
      [
        'model.json#/preparation/width: would cut off parts of the picture, which the network then never saw; remove width and height',
      ],
    ],
    [
      'another number of labels than classes',
      { classes: 4, size },
      { preparation: stretch, labels: ['a', 'b', 'c'] },
      [
        'model.json#/labels: expected 4 labels, one for each class of the output out: float32[1, 4, 8, 16], got 3; name every class, the background too',
      ],
    ],
    [
      'a background that is no class',
      { classes: 4 },
      { family_options: { background: 4 } },
      ['model.json#/family_options/background: expected a class id from 0 to 3, or null for none, got 4'],
    ],
    [
      'several outputs that could be meant',
      { classes: 4, outputName: 'one', auxiliaryOutput: 'two' },
      {},
      [
        'model.json#/family_options/output: is missing; several outputs could hold the logits: one: float32[1, 4, ?, ?]; two: float32[1, 4, ?, ?]. Name one',
      ],
    ],
    [
      'an output that isn’t there',
      { classes: 4 },
      { family_options: { output: 'logits' } },
      [
        'model.json#/family_options/output: the graph has no output logits; its outputs are out: float32[1, 4, ?, ?]',
      ],
    ],
    [
      'class ids in place of logits',
      { classes: 4, gives: 'class-ids' },
      {},
      [
        'graph.onnx, outputs: expected logits of float32 or float16 and of shape [1, classes, height, width] or [1, height, width, classes], got out: int64[1, ?, ?]. It seems to end in an ArgMax: export it without',
      ],
    ],
    [
      'defaults that requests could not have',
      { classes: 4 },
      { defaults: { outputs: ['overlai'], mask_format: 'rle' } },
      [
        'model.json#/defaults/mask_format: is not a known field; known are mode, outputs, output_format',
        'model.json#/defaults/outputs/0: expected one of "segmentation_map", "color_map", "overlay", "logits", "probabilities", "model_input", got "overlai"',
      ],
    ],
    [
      'all of several problems',
      { classes: 4, size, outputName: 'one', auxiliaryOutput: 'two' },
      { preparation: { ...stretch, width: 17 } },
      [
        'model.json#/preparation/width: expected 16, the size of the graph’s input input: float32[1, 3, 8, 16], got 17',
        expect.stringContaining('model.json#/family_options/output: is missing') as unknown as string,
      ],
    ],
  ])('%s', async (_, graph, manifest, problems) => {
    expect((await models.problemsOf(segmentationGraph(graph), manifest)).sort()).toEqual(
      [...problems].sort(),
    );
  });
});

describe('the signature', () => {
  const image: TensorSpec = { name: 'x', type: 'float32', dims: [1, 3, null, null] };
  const manifest = (more: Partial<ModelManifest> = {}) =>
    withDefaults({
      id: 'model',
      task: 'segmentation',
      family: 'semantic-segmentation',
      description: 'd',
      license: 'MIT',
      files: { graph: { path: 'net.onnx', sha256: '0'.repeat(64) } },
      preparation: stretch,
      ...more,
    });
  const graph = (output: Partial<TensorSpec>, input: Partial<TensorSpec> = {}): GraphSignature => ({
    inputs: [{ ...image, ...input }],
    outputs: [{ name: 'y', type: 'float32', dims: [1, 4, null, null], ...output }],
  });

  it('is read from a graph that fits', () => {
    const read = readSignature(manifest({ labels }), graph({}, { type: 'float16', dims: [null, 3, 8, 16] }));
    expect(read.signature).toEqual({
      inputName: 'x',
      inputType: 'float16',
      takesBatches: true,
      outputName: 'y',
      outputLayout: 'nchw',
      classes: 4,
    });
  });

  it.each<[string, TensorSpec['dims'], Partial<ModelManifest>, string, number]>([
    ['by the number of labels', [1, 8, 16, 4], { labels }, 'nhwc', 4],
    ['by the number of labels, other sizes unknown', [null, null, null, 4], { labels }, 'nhwc', 4],
    ['by the only size that is known', [1, null, null, 21], {}, 'nhwc', 21],
    ['by the input’s layout, when labels fit both', [1, 4, 8, 4], { labels }, 'nchw', 4],
    ['by the input’s layout, when nothing is known', [null, null, null, null], { labels }, 'nchw', 4],
    ['by the manifest first of all', [1, 4, 8, 9], { family_options: { output_layout: 'nhwc' } }, 'nhwc', 9],
  ])('has the layout of the output %s', (_, dims, more, layout, classes) => {
    expect(readSignature(manifest(more), graph({ dims })).signature).toMatchObject({
      outputLayout: layout,
      classes,
    });
  });

  it.each<[string, GraphSignature, Partial<ModelManifest>, string, RegExp]>([
    [
      'classes that neither graph nor labels tell',
      graph({ dims: [1, null, null, null] }),
      {},
      '#/labels',
      /name them all/,
    ],
    [
      'a second input',
      { ...graph({}), inputs: [image, { ...image, name: 'z' }] },
      {},
      'inputs',
      /expected one input.*got 2/,
    ],
    ['an input of bytes', graph({}, { type: 'uint8' }), {}, 'input x', /float32 or float16, got x: uint8/],
    ['an input of three dimensions', graph({}, { dims: [3, 8, 16] }), {}, 'input x', /four dimensions/],
    ['an input of one channel', graph({}, { dims: [1, 1, 8, 16] }), {}, 'input x', /3 channels, got 1/],
    [
      'a fixed batch of two',
      graph({}, { dims: [2, 3, 8, 16] }),
      {},
      'input x',
      /Export it with a batch of 1/,
    ],
    [
      'no map at all',
      graph({ dims: [1, 1000] }),
      {},
      'outputs',
      /expected logits .* got y: float32\[1, 1000\]$/,
    ],
    [
      'class ids with a channel',
      graph({ type: 'int64', dims: [1, 1, 8, 16] }),
      {},
      'output y',
      /without ArgMax/,
    ],
  ])('is refused for %s', (_, signature, more, field, detail) => {
    const { problems } = readSignature(manifest(more), signature);
    expect(problems).toEqual([
      {
        file: field.startsWith('#') ? 'model.json' : 'net.onnx',
        field,
        detail: expect.stringMatching(detail),
      },
    ]);
  });
});
