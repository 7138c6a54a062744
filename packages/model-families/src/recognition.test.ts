import type { TensorSpec } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import type { GraphCandidate, Recognition } from './recognition.js';
import { float, graphOf, int, recognizeAll } from './testing/recognize-all.js';

const picture = float('images', 1, 3, 640, 640);
const anyPicture = float('images', null, 3, null, null);

function recognize(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  { architecture = null, labels = null, ...graph }: Partial<GraphCandidate> = {},
) {
  return recognizeAll([graphOf(inputs, outputs, graph)], { architecture, labels });
}

/** That no other family lays claim to the graph, and what the one makes of it. */
function expectOnly(found: Readonly<Record<string, Recognition>>, family: string) {
  expect(Object.keys(found)).toEqual([family]);
  const { parts, pictureGraph, ...recognition } = found[family]!;
  expect({ parts, pictureGraph }).toEqual({ parts: { graph: 'net.onnx' }, pictureGraph: 'net.onnx' });
  return expect(recognition);
}

const ultralytics = (task: string) =>
  new Map([
    ['author', 'Ultralytics'],
    ['task', task],
  ]);
const letterbox = { resize: 'letterbox', width: 640, height: 640, resampler: 'cv2-linear' };

describe('a yolo graph', () => {
  it('of v8 is known by its cells, and by its metadata', () => {
    const outputs = [float('output0', 1, 84, 8400)];
    const expected = {
      reason: 'output output0: float32[1, 84, 8400] is ultralytics’ layout (v8 and later) with 80 classes',
      classes: 80,
      preparation: letterbox,
      familyOptions: { layout: 'decoded', candidates: 'last', objectness: false },
    };
    expectOnly(recognize([picture], outputs), 'yolo').toEqual({ sureness: 'likely', ...expected });
    const metadata = ultralytics('detect');
    expectOnly(recognize([picture], outputs, { metadata }), 'yolo').toEqual({
      sureness: 'certain',
      ...expected,
    });
    expectOnly(recognize([anyPicture], [float('output0', null, 84, null)], { metadata }), 'yolo').toEqual({
      sureness: 'certain',
      ...expected,
      reason: 'output output0: float32[?, 84, ?] is ultralytics’ layout (v8 and later) with 80 classes',
    });
  });

  it('with masks has 32 coefficients more', () => {
    const outputs = [float('output0', 1, 116, 8400), float('output1', 1, 32, 160, 160)];
    expectOnly(recognize([picture], outputs, { metadata: ultralytics('segment') }), 'yolo').toMatchObject({
      classes: 80,
      familyOptions: { masks: true },
    });
  });

  it('of v5, of YOLOX and of boxes that are chosen already differ in their rows', () => {
    expectOnly(recognize([picture], [float('output', 1, 25200, 85)]), 'yolo').toMatchObject({
      classes: 80,
      familyOptions: { layout: 'decoded', objectness: true },
    });
    expectOnly(recognize([picture], [float('output', 1, 8400, 85)]), 'yolo').toMatchObject({
      classes: 80,
      preparation: { channel_order: 'bgr', scale: 1, letterbox_anchor: 'top-left' },
      familyOptions: { layout: 'grid' },
    });
    expectOnly(recognize([picture], [float('output', 1, 300, 6)]), 'yolo').toMatchObject({
      sureness: 'possible',
      classes: null,
      familyOptions: { layout: 'end-to-end' },
    });
  });

  it.each(['pose', 'obb', 'classify'])('of the task %s is none', (task) => {
    expect(recognize([picture], [float('output0', 1, 56, 8400)], { metadata: ultralytics(task) })).toEqual(
      {},
    );
  });

  it('has as many classes as there are labels', () => {
    expect(recognize([picture], [float('output0', 1, 84, 8400)], { labels: ['a', 'b'] })).toEqual({});
  });

  it('is not just any list of numbers', () => {
    expect(recognize([float('input', 1, 3, 224, 224)], [float('last_hidden_state', 1, 197, 768)])).toEqual(
      {},
    );
  });
});

describe('a semantic-segmentation graph', () => {
  it('of torchvision is known by its output’s name', () => {
    const outputs = [float('out', null, 21, null, null), float('aux', null, 21, null, null)];
    expectOnly(recognize([anyPicture], outputs), 'semantic-segmentation').toEqual({
      sureness: 'likely',
      reason: 'output out: float32[?, 21, ?, ?] has 21 classes of each pixel',
      classes: 21,
      preparation: {
        resize: 'shortest-edge',
        shortest_edge: 520,
        resampler: 'pil-bilinear',
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
      familyOptions: {},
    });
  });

  it('of transformers is known by its architecture', () => {
    const found = recognize([anyPicture], [float('logits', null, 150, null, null)], {
      architecture: 'SegformerForSemanticSegmentation',
    });
    expectOnly(found, 'semantic-segmentation').toMatchObject({
      sureness: 'certain',
      preparation: { resize: 'stretch', width: 512, height: 512 },
    });
  });

  it('may have its classes last', () => {
    const inputs = [float('input', 1, 257, 257, 3)];
    const size = { layout: 'nhwc', width: 257, height: 257 } as const;
    const found = recognize(inputs, [float('ResizeBilinear_3', 1, 257, 257, 21)], size);
    expectOnly(found, 'semantic-segmentation').toMatchObject({
      sureness: 'possible',
      classes: 21,
      preparation: { layout: 'nhwc', scale: 1 / 127.5, mean: [1, 1, 1] },
    });
  });

  it('gives neither classes of the whole picture nor a map of one class', () => {
    expect(recognize([picture], [float('logits', 1, 1000, 1, 1)])).toEqual({});
    expect(recognize([picture], [float('depth', 1, 1, 640, 640)])).toEqual({});
  });
});

describe('an rcnn graph', () => {
  const anySize = float('image', 3, null, null);

  it('of torchvision resizes by itself', () => {
    const outputs = [float('boxes', null, 4), int('labels', null), float('scores', null)];
    const masks = float('masks', null, 1, null, null);
    expectOnly(recognize([anySize], outputs, { width: null, height: null }), 'rcnn').toMatchObject({
      sureness: 'likely',
      preparation: { resize: 'none' },
      familyOptions: {},
    });
    const found = recognize([anySize], [...outputs, masks], { width: null, height: null });
    expectOnly(found, 'rcnn').toMatchObject({
      familyOptions: { masks: true, mask_pasting: 'torchvision' },
    });
  });

  it('of Detectron2 has no names but the size of the picture', () => {
    const outputs = [
      float('onnx::Concat_1', null, 4),
      int('88', null),
      float('87', null, 1, 28, 28),
      float('81', null),
      int('86', 2),
    ];
    expectOnly(recognize([anySize], outputs, { width: null, height: null }), 'rcnn').toEqual({
      sureness: 'likely',
      reason:
        'outputs onnx::Concat_1: float32[?, 4]; 88: int64[?]; 81: float32[?]; 87: float32[?, 1, 28, 28] ' +
        'are boxes, classes, scores and masks of an R-CNN, as Detectron2 exports it',
      classes: null,
      preparation: {
        resize: 'shortest-edge',
        shortest_edge: 800,
        longest_edge: 1333,
        shortest_edge_rounding: 'detectron2',
        resampler: 'pil-bilinear',
        channel_order: 'bgr',
        scale: 1,
      },
      familyOptions: { masks: true, mask_pasting: 'detectron2', first_class: 0 },
    });
  });

  it('without either may be one', () => {
    const outputs = [float('6379', null, 4), int('6381', null), float('6383', null)];
    expectOnly(recognize([anySize], outputs), 'rcnn').toMatchObject({ sureness: 'possible' });
  });
});

describe('a detr graph', () => {
  const outputsOf = (logits: number, queries = 100) => [
    float('logits', null, queries, logits),
    float('pred_boxes', null, queries, 4),
  ];

  it.each([
    ['DetrForObjectDetection', 92, 91, 'softmax', { shortest_edge_rounding: 'transformers' }],
    ['YolosForObjectDetection', 92, 91, 'softmax', { shortest_edge_rounding: 'yolos' }],
    ['ConditionalDetrForObjectDetection', 91, 91, 'sigmoid', { shortest_edge: 800, longest_edge: 1333 }],
    ['RTDetrV2ForObjectDetection', 80, 80, 'sigmoid', { resize: 'stretch', width: 640, height: 640 }],
  ])('of %s is certain', (architecture, logits, classes, activation, preparation) => {
    expectOnly(recognize([anyPicture], outputsOf(logits), { architecture }), 'detr').toMatchObject({
      sureness: 'certain',
      classes,
      familyOptions: { activation },
      preparation,
    });
  });

  it('of RT-DETR takes nothing off its pixels, others do', () => {
    const found = recognize([anyPicture], outputsOf(80), { architecture: 'RTDetrForObjectDetection' });
    expect(found.detr!.preparation.mean).toBeUndefined();
    const other = recognize([anyPicture], outputsOf(92), { architecture: 'DetrForObjectDetection' });
    expect(other.detr!.preparation.mean).toEqual([0.485, 0.456, 0.406]);
  });

  it('without a name is told by its numbers of logits and labels', () => {
    const inputs = [anyPicture, int('pixel_mask', null, 64, 64)];
    expectOnly(recognize(inputs, outputsOf(92)), 'detr').toMatchObject({
      sureness: 'likely',
      classes: 91,
      familyOptions: { activation: 'softmax' },
    });
    expectOnly(recognize([picture], outputsOf(80, 300)), 'detr').toMatchObject({
      classes: 80,
      familyOptions: { activation: 'sigmoid' },
      preparation: { resize: 'stretch', width: 640, height: 640 },
    });
    expectOnly(recognize([picture], outputsOf(3), { labels: ['a', 'b', 'c'] }), 'detr').toMatchObject({
      classes: 3,
      familyOptions: { activation: 'sigmoid' },
    });
  });

  it('of another task of transformers is none', () => {
    const architecture = 'DetrForSegmentation';
    expect(recognize([anyPicture], outputsOf(92), { architecture })).toEqual({});
  });
});
