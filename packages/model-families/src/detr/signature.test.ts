import type { ModelManifest } from '@darkroom/contracts';
import { type DetectionGraphOptions, type DetectionGraphOutput, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const output = (name: string, ...shape: number[]): DetectionGraphOutput => ({
  name,
  shape,
  values: Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => 0),
});

const sound = [output('logits', 5, 4), output('pred_boxes', 5, 4)];

function problemsOf(graph: Partial<DetectionGraphOptions>, manifest: Partial<ModelManifest> = {}) {
  return models.problemsOf(detectionGraph({ outputs: sound, ...graph }), {
    task: 'detection',
    family: 'detr',
    preparation: { resize: 'stretch', width: 32, height: 32, resampler: 'pil-bilinear' },
    ...manifest,
  });
}

describe('a graph fits', () => {
  it.each<[string, DetectionGraphOutput[]]>([
    ['of transformers', sound],
    ['of the original DETR', [output('pred_boxes', 5, 4), output('pred_logits', 5, 4)]],
    ['of RF-DETR', [output('dets', 5, 4), output('labels', 5, 4)]],
    [
      'with other outputs beside them',
      [...sound, output('last_hidden_state', 5, 64), output('map', 3, 8, 8)],
    ],
    ['whose names mean nothing', [output('a', 5, 6), output('b', 5, 4)]],
  ])('%s', async (_, outputs) => {
    expect(await problemsOf({ outputs })).toEqual([]);
  });

  it('whatever its names are, when the manifest tells them', async () => {
    const outputs = [output('a', 5, 4), output('b', 5, 4)];
    const family_options = { logits_output: 'a', boxes_output: 'b' };
    expect(await problemsOf({ outputs }, { family_options })).toEqual([]);
  });

  it.each([
    ['three labels by softmax', ['a', 'b', 'c'], {}],
    ['four by sigmoid', ['a', 'b', 'c', 'd'], {}],
    ['three, by softmax as it says', ['a', 'b', 'c'], { activation: 'softmax' }],
    ['four, by sigmoid as it says', ['a', 'b', 'c', 'd'], { activation: 'sigmoid', top_k: 100 }],
  ])('with %s', async (_, labels, family_options) => {
    expect(await problemsOf({}, { labels, family_options })).toEqual([]);
  });
});

describe('a graph that does not fit', () => {
  it.each<[string, Partial<DetectionGraphOptions>, Partial<ModelManifest>, string]>([
    [
      'has another number of classes',
      {},
      { labels: ['a', 'b'] },
      'model.json#/labels: expected 3 labels (softmax, the last logit being that nothing is there) or 4 (sigmoid) for the output logits: float32[1, 5, 4], got 2',
    ],
    [
      'has another number of classes with this activation',
      {},
      { labels: ['a', 'b', 'c'], family_options: { activation: 'sigmoid' } },
      'model.json#/labels: expected 4 labels (sigmoid) for the output logits: float32[1, 5, 4], got 3',
    ],
    [
      'has one logit alone',
      { outputs: [output('logits', 5, 1), output('pred_boxes', 5, 4)] },
      {},
      'graph.onnx, output logits: expected a logit for each class and one for nothing, got logits: float32[1, 5, 1]. Set activation to sigmoid for a single class',
    ],
    [
      'gives boxes twice',
      { outputs: [output('a', 5, 4), output('b', 5, 4)] },
      {},
      'model.json#/family_options/boxes_output: is missing; several outputs could hold the boxes',
    ],
    [
      'has chosen already',
      {
        outputs: [
          { ...output('labels', 300), type: 'int64' },
          output('boxes', 300, 4),
          output('scores', 300),
        ],
      },
      {},
      'It seems to give labels, boxes and scores that are chosen already: export it without its postprocessor',
    ],
    [
      'has a name that is wrong in the manifest',
      {},
      { family_options: { boxes_output: 'boxes' } },
      'model.json#/family_options/boxes_output: expected an output with the boxes, [batch, queries, 4]; boxes doesn’t exist',
    ],
    [
      'has a pixel mask of another shape',
      { pixelMask: [1, 1, 8, 8] },
      {},
      'graph.onnx, input pixel_mask: expected [batch, height, width] of int64, int32, bool, float32, got pixel_mask: int64[1, 1, 8, 8]',
    ],
    [
      'takes no top_k',
      {},
      { family_options: { activation: 'softmax', top_k: 3 } },
      'model.json#/family_options/top_k: has no effect unless activation is sigmoid',
    ],
    [
      'suppresses nothing',
      {},
      { defaults: { iou_threshold: 0.5 } },
      'model.json#/defaults/iou_threshold: is not a known field',
    ],
  ])('%s', async (_, graph, manifest, problem) => {
    expect((await problemsOf(graph, manifest)).join('\n')).toContain(problem);
  });
});
