import type { ModelManifest } from '@darkroom/contracts';
import { type DetectionGraphOptions, type DetectionGraphOutput, detectionGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const output = (
  name: string,
  shape: number[],
  more: Partial<DetectionGraphOutput> = {},
): DetectionGraphOutput => ({
  name,
  shape,
  values: Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => 0),
  withoutBatch: true,
  ...more,
});

const int64 = { type: 'int64' } as const;
const boxes = output('boxes', [3, 4]);
const labels = output('labels', [3], int64);
const scores = output('scores', [3]);
const masks = output('masks', [3, 1, 28, 28]);
const sound = [boxes, labels, scores];

function problemsOf(graph: Partial<DetectionGraphOptions>, manifest: Partial<ModelManifest> = {}) {
  return models.problemsOf(detectionGraph({ outputs: sound, ...graph }), {
    task: 'detection',
    family: 'rcnn',
    preparation: { resize: 'none' },
    ...manifest,
  });
}

describe('a graph fits', () => {
  it.each<[string, DetectionGraphOutput[]]>([
    ['of torchvision', sound],
    ['of Detectron2, with names', [output('pred_boxes', [3, 4]), output('pred_classes', [3], int64), scores]],
    [
      'of Detectron2, without, and with the size of the picture',
      [output('12', [3, 4]), output('7', [3], int64), output('9', [3]), output('4', [2], int64)],
    ],
  ])('%s', async (_, outputs) => {
    expect(await problemsOf({ outputs })).toEqual([]);
  });

  it.each([true, false])('with masks, which the manifest says that it gives: %s', async (given) => {
    expect(await problemsOf({ outputs: [...sound, masks] }, { family_options: { masks: given } })).toEqual(
      [],
    );
  });

  it('of a picture without a batch', async () => {
    expect(await problemsOf({ inputWithoutBatch: true })).toEqual([]);
  });

  it('whatever its names are, when the manifest tells them', async () => {
    const outputs = [boxes, labels, scores, output('more_labels', [3], int64), output('more', [3, 4])];
    const family_options = {
      boxes_output: 'more',
      classes_output: 'more_labels',
      scores_output: 'scores',
    };
    expect(await problemsOf({ outputs }, { family_options })).toEqual([]);
  });
});

describe('a graph that does not fit', () => {
  it.each<[string, Partial<DetectionGraphOptions>, Partial<ModelManifest>, string]>([
    [
      'has masks that the manifest says nothing of',
      { outputs: [...sound, masks] },
      {},
      'model.json#/family_options/masks: is missing; the graph gives masks, masks: float32[3, 1, 28, 28]: set it to true, or to false for boxes alone',
    ],
    [
      'has none that the manifest says it has',
      {},
      { family_options: { masks: true } },
      'model.json#/family_options/masks: expected false: the graph gives no masks',
    ],
    [
      'pastes masks that are not wanted',
      { outputs: [...sound, masks] },
      { family_options: { masks: false, mask_pasting: 'detectron2' } },
      'model.json#/family_options/mask_pasting: has no effect unless masks is true',
    ],
    [
      'has two outputs of scores',
      { outputs: [boxes, labels, output('a', [3]), output('b', [3])] },
      {},
      'model.json#/family_options/scores_output: is missing; several outputs could hold the scores: a: float32[3]; b: float32[3]. Name one',
    ],
    [
      'is of another family',
      {
        outputs: [
          output('logits', [5, 4], { withoutBatch: false }),
          output('pred_boxes', [5, 4], { withoutBatch: false }),
        ],
      },
      {},
      'Outputs with a batch in front of them are those of the family detr',
    ],
    [
      'has a fixed size',
      { size: { width: 64, height: 48 } },
      {},
      'model.json#/preparation/resize: expected stretch or letterbox, since the size of the graph’s input images: float32[1, 3, 48, 64] is fixed, got none',
    ],
    [
      'has a fixed size, without a batch',
      { size: { width: 64, height: 48 }, inputWithoutBatch: true },
      { preparation: { resize: 'stretch', width: 64, height: 64, resampler: 'pil-bilinear' } },
      'model.json#/preparation/height: expected 48, the size of the graph’s input images: float32[3, 48, 64], got 64',
    ],
    [
      'has its channels elsewhere',
      { inputWithoutBatch: true },
      { preparation: { resize: 'none', layout: 'nhwc' } },
      'model.json#/preparation/layout: expected nchw',
    ],
    [
      'suppresses by itself',
      {},
      { defaults: { iou_threshold: 0.5 } },
      'model.json#/defaults/iou_threshold: is not a known field',
    ],
  ])('%s', async (_, graph, manifest, problem) => {
    expect((await problemsOf(graph, manifest)).join('\n')).toContain(problem);
  });
});
