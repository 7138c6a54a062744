import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, Type } from 'typebox';
import { type DetectorTraits, detectionRequestOptions } from '../detection/options.js';

const closed = { additionalProperties: false } as const;

const MOST_HEADS = 16;
const MOST_ANCHORS = 64;

/** One output of a graph that leaves the decoding to us. */
const HeadSchema = Type.Object(
  {
    output: Type.String({
      description: 'Name of the output: `[1, anchors × (5 + classes), height, width]`.',
    }),
    anchors: Type.Array(Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 2, maxItems: 2 }), {
      minItems: 1,
      maxItems: MOST_ANCHORS,
      description: 'Width and height of each anchor of this head, in pixels of the network’s input.',
    }),
    scale_x_y: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 10,
        description: 'How far a centre may leave its cell: `scale_x_y` of the cfg, 2 for v5. Default 1.',
      }),
    ),
    size: Type.Optional(
      Type.Enum(['exponential', 'square'], {
        description:
          'Box size from a value v: exp(v) × anchor (v3, v4; default), or (2 sigmoid v)² × anchor (v5, v7).',
      }),
    ),
  },
  closed,
);
export type HeadOptions = Static<typeof HeadSchema>;

/** `family_options` of a yolo model. */
export const YoloOptionsSchema = Type.Object(
  {
    layout: Type.Optional(
      Type.Enum(['decoded', 'grid', 'end-to-end', 'darknet-heads', 'raw-heads'], {
        description:
          '`decoded`: each candidate is centre, size and scores (v5, v8, v11, v12). `grid`: the same, in cells of their grid (YOLOX). ' +
          '`end-to-end`: corners, score and class of what is left (v10, v26, exports with `nms`). ' +
          '`darknet-heads`: what the Darknet import writes. `raw-heads`: see `heads`. Default: as the shapes tell.',
      }),
    ),
    candidates: Type.Optional(
      Type.Enum(['first', 'last'], {
        description:
          'Which dimension behind the batch counts the candidates: `first` in `[1, 25200, 85]`, `last` in `[1, 84, 8400]`. Default: as the shapes tell.',
      }),
    ),
    objectness: Type.Optional(
      Type.Boolean({
        description:
          'Whether a score of being anything at all stands before those of the classes (v5, v7, YOLOX). Default: false, and true where `layout` says so.',
      }),
    ),
    masks: Type.Optional(
      Type.Boolean({
        description:
          'Whether the model gives masks: coefficients behind the scores, and an output with prototypes.',
      }),
    ),
    multi_label: Type.Optional(
      Type.Boolean({
        description:
          'Whether a box is told once for each class that reaches the threshold, or only for its best. Default: false, and true for heads, as Darknet does.',
      }),
    ),
    strides: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 1024 }), {
        minItems: 1,
        maxItems: MOST_HEADS,
        description: '`grid` only: input pixels per cell of each grid, in their order. Default 8, 16, 32.',
      }),
    ),
    output: Type.Optional(
      Type.String({ description: 'The output with the detections, where several could be.' }),
    ),
    prototypes: Type.Optional(
      Type.String({ description: 'The output with the prototypes of the masks, where several could be.' }),
    ),
    heads: Type.Optional(
      Type.Array(HeadSchema, {
        minItems: 1,
        maxItems: MOST_HEADS,
        description: '`raw-heads` only: the outputs of the heads, before any sigmoid.',
      }),
    ),
  },
  closed,
);
export type YoloOptions = Static<typeof YoloOptionsSchema>;
export type Layout = NonNullable<YoloOptions['layout']>;

export function familyOptions(manifest: CompleteManifest): YoloOptions {
  return manifest.family_options as YoloOptions;
}

/** `conf` and `max_det` of ultralytics. */
const SCORE_THRESHOLD = 0.25;
const MAX_DETECTIONS = 300;
/** `iou` of ultralytics for v8 and later, and what v5, YOLOX and Darknet have instead. */
const IOU_THRESHOLD = 0.7;
const IOU_THRESHOLD_WITH_OBJECTNESS = 0.45;

/**
 * What the request options depend on. They are told without the graph being open, so the manifest alone must say it;
 * the check of the graph sees to it that it does.
 */
export function traitsOf(manifest: CompleteManifest): DetectorTraits {
  const { layout, objectness, masks = false } = familyOptions(manifest);
  const hasObjectness = objectness ?? (layout !== undefined && WITH_OBJECTNESS.includes(layout));
  return {
    hasMasks: masks,
    hasSuppression: layout !== 'end-to-end',
    defaults: {
      score_threshold: SCORE_THRESHOLD,
      max_detections: MAX_DETECTIONS,
      ...(layout !== 'end-to-end' && {
        iou_threshold: hasObjectness ? IOU_THRESHOLD_WITH_OBJECTNESS : IOU_THRESHOLD,
      }),
    },
  };
}

/** Layouts that never come without a score of being anything at all. */
export const WITH_OBJECTNESS: readonly Layout[] = ['grid', 'darknet-heads', 'raw-heads'];

export function requestOptions(manifest: CompleteManifest) {
  return detectionRequestOptions(manifest, traitsOf(manifest));
}
