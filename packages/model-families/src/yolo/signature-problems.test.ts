import type { ModelManifest } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { graph, labels80, letterbox, manifest, type Output, options } from '../testing/yolo-signatures.js';
import { readSignature } from './signature.js';

const SEVERAL = 'can be read in several ways. Set it to';

describe('a graph that doesn’t fit is told with field and remedy:', () => {
  it.each<[string, readonly Output[], Partial<ModelManifest>, string, string]>([
    [
      'another number of labels than classes',
      [{ dims: [1, 84, 8400] }],
      options(undefined, labels80.slice(2)),
      '#/labels',
      'expected 80 or 79 (with objectness) labels, one for each class of the output output0: float32[1, 84, 8400], got 78',
    ],
    [
      'no labels, so that one value may be an objectness',
      [{ dims: [1, 25200, 85] }],
      {},
      '#/family_options/objectness',
      `is missing; the output output0: float32[1, 25200, 85] ${SEVERAL} true or false, or name all labels`,
    ],
    [
      'as many candidates as a grid has cells',
      [{ dims: [1, 8400, 85] }],
      options({}, labels80),
      '#/family_options/layout',
      `is missing; the output output0: float32[1, 8400, 85] ${SEVERAL} decoded, grid (YOLOX as it exports by default) or end-to-end`,
    ],
    [
      'a grid of other strides',
      [{ dims: [1, 8400, 85] }],
      options({ layout: 'grid', strides: [16, 32] }, labels80),
      '#/family_options/strides',
      'expected a candidate for each of the 2000 cells that 640 × 640 pixels have with strides of 16, 32, got 8400 in output0: float32[1, 8400, 85]. Set the strides that the network has',
    ],
    [
      'an objectness that the manifest doesn’t tell of',
      [{ dims: [1, 25200, 85] }],
      { labels: labels80 },
      '#/family_options/objectness',
      'is missing; with 80 labels the output output0: float32[1, 25200, 85] has a score of being anything at all before those of the classes. Set it to true if that is so, as in v5 and v7; if not, 81 labels are needed',
    ],
    [
      'one label too few, which looks the same',
      [{ dims: [1, 84, 8400] }],
      options(undefined, labels80.slice(1)),
      '#/family_options/objectness',
      'is missing; with 79 labels the output output0: float32[1, 84, 8400] has a score of being anything at all before those of the classes. Set it to true if that is so, as in v5 and v7; if not, 80 labels are needed',
    ],
    [
      'boxes that are chosen already',
      [{ dims: [1, 300, 6] }],
      { labels: labels80 },
      '#/family_options/layout',
      'is missing; the output output0: float32[1, 300, 6] holds boxes that are chosen already: set it to end-to-end',
    ],
    [
      'prototypes that the manifest doesn’t tell of',
      [{ dims: [1, 116, 8400] }, { dims: [1, 32, 160, 160] }],
      { labels: labels80 },
      '#/family_options/masks',
      'is missing; the graph gives prototypes of masks, output1: float32[1, 32, 160, 160]: set it to true, or to false for boxes alone',
    ],
    [
      'masks without prototypes',
      [{ dims: [1, 84, 8400] }],
      options({ masks: true }, labels80),
      '#/family_options/masks',
      'expected false: the graph gives no prototypes, [batch, prototypes, height, width] with a fixed number of them; its outputs are output0: float32[1, 84, 8400]',
    ],
    [
      'several outputs that could be meant',
      [{ dims: [1, 84, 8400] }, { dims: [1, 84, 2100] }],
      { labels: labels80 },
      '#/family_options/output',
      'is missing; several outputs could hold the detections: output0: float32[1, 84, 8400]; output1: float32[1, 84, 2100]. Name one',
    ],
    [
      'an output that isn’t there',
      [{ dims: [1, 84, 8400] }],
      options({ output: 'boxes' }, labels80),
      '#/family_options/output',
      'the graph has no output boxes; its outputs are output0: float32[1, 84, 8400]',
    ],
    [
      'a fixed batch of several',
      [{ dims: [4, 84, 8400] }],
      { labels: labels80 },
      'output output0',
      'expected one output of float32 or float16 and of three dimensions, [batch, candidates, values] or [batch, values, candidates], got output0: float32[4, 84, 8400]. Export it with a batch of 1',
    ],
    [
      'boxes and classes apart',
      [{ dims: [100, 4] }, { dims: [100] }, { dims: [100], type: 'int64' }],
      {},
      'outputs',
      'expected one output of float32 or float16 and of three dimensions, [batch, candidates, values] or [batch, values, candidates], got output0: float32[100, 4]; output1: float32[100]; output2: int64[100]. It seems to give chosen boxes and their classes as outputs of their own: export it without that step',
    ],
    [
      'values of heads',
      [{ dims: [1, 255, 80, 80] }, { dims: [1, 255, 40, 40] }],
      { labels: labels80 },
      'outputs',
      'expected one output of float32 or float16 and of three dimensions, [batch, candidates, values] or [batch, values, candidates], got output0: float32[1, 255, 80, 80]; output1: float32[1, 255, 40, 40]. It seems to give the values of its heads: set layout to raw-heads and name the anchors in heads, or export it with the decoding',
    ],
    [
      'values of heads that v5 has put in another order',
      [{ dims: [1, 3, 80, 80, 85] }],
      { labels: labels80 },
      'outputs',
      'expected one output of float32 or float16 and of three dimensions, [batch, candidates, values] or [batch, values, candidates], got output0: float32[1, 3, 80, 80, 85]. It seems to give the values of its heads: export it with the decoding',
    ],
    [
      'too few values for a box',
      [{ dims: [1, 4, 8400] }],
      {},
      'output output0',
      'expected for each candidate 4 values of its box, a score for each class, and perhaps an objectness; or 6 of a box that is chosen. Got output0: float32[1, 4, 8400]. Set layout, candidates and objectness in family_options as the graph has them',
    ],
    [
      'raw heads without anchors',
      [{ dims: [1, 255, 80, 80] }],
      options({ layout: 'raw-heads' }, labels80),
      '#/family_options/heads',
      'is missing; layout raw-heads needs the output and the anchors of each head',
    ],
    [
      'a raw head that isn’t there',
      [{ dims: [1, 255, 80, 80] }],
      options({ layout: 'raw-heads', heads: [{ output: 'head', anchors: [[1, 2]] }] }, labels80),
      '#/family_options/heads/0/output',
      'the graph has no output head; its outputs are output0: float32[1, 255, 80, 80]',
    ],
    [
      'channels that the anchors don’t divide',
      [{ dims: [1, 255, 80, 80] }],
      options(
        {
          layout: 'raw-heads',
          heads: [
            {
              output: 'output0',
              anchors: [
                [1, 2],
                [3, 4],
              ],
            },
          ],
        },
        labels80,
      ),
      'output output0',
      'expected float32 or float16 of [batch, anchors × (5 + classes), height, width] with 2 anchors, got output0: float32[1, 255, 80, 80]',
    ],
    [
      'raw heads of other classes than labels',
      [{ dims: [1, 21, 80, 80] }],
      options(
        {
          layout: 'raw-heads',
          heads: [
            {
              output: 'output0',
              anchors: [
                [1, 2],
                [3, 4],
                [5, 6],
              ],
            },
          ],
        },
        labels80,
      ),
      '#/labels',
      'expected as many as each head has classes (output0: 2), got 80. Classes are what is left of the channels for each anchor',
    ],
    [
      'anchors that nothing uses',
      [{ dims: [1, 84, 8400] }],
      options({ heads: [{ output: 'output0', anchors: [[1, 2]] }] }, labels80),
      '#/family_options/heads',
      'has no effect unless layout is raw-heads',
    ],
    [
      'strides that nothing uses',
      [{ dims: [1, 84, 8400] }],
      options({ strides: [8] }, labels80),
      '#/family_options/strides',
      'has no effect unless layout is grid',
    ],
    [
      'a default that a request could not have',
      [{ dims: [1, 84, 8400] }],
      { labels: labels80, defaults: { mask_format: 'rle' } },
      '#/defaults/mask_format',
      'is not a known field; known are score_threshold, iou_threshold, class_agnostic, max_detections, crop_padding, outputs, output_format',
    ],
  ])('%s', (_, outputs, more, field, detail) => {
    const file = field.startsWith('#') ? 'model.json' : 'net.onnx';
    expect(readSignature(manifest(more), graph(outputs)).problems).toEqual([{ file, field, detail }]);
  });

  it('all of several problems', () => {
    const { problems } = readSignature(
      manifest({ labels: ['a'], preparation: { ...letterbox, width: 320 } }),
      graph([{ dims: [1, 84, 8400] }]),
    );
    expect(problems.map(({ field }) => field)).toEqual(['#/preparation/width', '#/labels']);
  });
});
