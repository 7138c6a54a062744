import { type Static, Type } from 'typebox';
import { BoxSchema } from './box.js';
import { ImageSourceSchema } from './image-source.js';
import { MaskFormatSchema, maskShapes, PolygonToleranceSchema } from './mask.js';
import { Nullable } from './nullable.js';
import { commonSubmissionFields, PictureFormatSchema } from './submission.js';

export const DETECTION_OUTPUTS = ['overlay', 'crops', 'model_input'] as const;
export const DetectionOutputSchema = Type.Enum([...DETECTION_OUTPUTS]);
export type DetectionOutput = Static<typeof DetectionOutputSchema>;

/** More than any photo has; a limit for what is drawn, cut out and sent. */
export const DETECTIONS_MAX = 1000;
const WANTED_CLASSES_MAX = 1000;
const CROP_PADDING_MAX = 1000;

const outputsDescription =
  'Artifacts to make. `overlay`: boxes, labels and masks drawn on the picture. `crops`: each detection cut out. ' +
  '`model_input`: the picture as the network saw it.';

/** What a model finds is narrowed down by these; a model has its own defaults. */
const narrowing = {
  score_threshold: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Detections with a lower score are left out.',
  }),
  iou_threshold: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'Of two boxes that overlap more than this (intersection over union), only the one with the higher score stays.',
  }),
  class_agnostic: Type.Boolean({
    description: 'Boxes of different classes suppress each other too, not only those of one class.',
  }),
  max_detections: Type.Integer({
    minimum: 1,
    maximum: DETECTIONS_MAX,
    description: 'The best so many are kept.',
  }),
};

const WantedClassesSchema = Type.Array(
  Type.Union([Type.Integer({ minimum: 0 }), Type.String({ minLength: 1, maxLength: 200 })]),
  {
    minItems: 1,
    maxItems: WANTED_CLASSES_MAX,
    uniqueItems: true,
    description: 'Labels or class ids to keep; applied before `max_detections`. None: all.',
  },
);

const CropPaddingSchema = Type.Integer({
  minimum: 0,
  maximum: CROP_PADDING_MAX,
  description: 'Pixels around each crop, as far as the picture reaches.',
});

/** `POST /v1/detection`, the fields beside the picture. */
export const DetectionFieldsSchema = Type.Object(
  {
    ...commonSubmissionFields,
    score_threshold: Type.Optional(narrowing.score_threshold),
    iou_threshold: Type.Optional(narrowing.iou_threshold),
    class_agnostic: Type.Optional(narrowing.class_agnostic),
    classes: Type.Optional(WantedClassesSchema),
    max_detections: Type.Optional(narrowing.max_detections),
    mask_format: Type.Optional(MaskFormatSchema),
    polygon_tolerance: Type.Optional(PolygonToleranceSchema),
    crop_padding: Type.Optional(CropPaddingSchema),
    outputs: Type.Optional(
      Type.Array(DetectionOutputSchema, {
        uniqueItems: true,
        maxItems: DETECTION_OUTPUTS.length,
        description: outputsDescription,
      }),
    ),
  },
  { additionalProperties: false },
);
export type DetectionFields = Static<typeof DetectionFieldsSchema>;

/** `POST /v1/detection` as JSON. */
export const DetectionRequestSchema = Type.Object(
  { image: ImageSourceSchema, ...DetectionFieldsSchema.properties },
  { additionalProperties: false, $id: 'DetectionRequest' },
);

/** The options of a detection job as it is run. A model without masks or without suppression has none of theirs. */
export const DetectionOptionsSchema = Type.Object({
  score_threshold: narrowing.score_threshold,
  iou_threshold: Type.Optional(narrowing.iou_threshold),
  class_agnostic: Type.Optional(narrowing.class_agnostic),
  classes: Type.Optional(WantedClassesSchema),
  max_detections: narrowing.max_detections,
  mask_format: Type.Optional(MaskFormatSchema),
  polygon_tolerance: Type.Optional(PolygonToleranceSchema),
  crop_padding: CropPaddingSchema,
  outputs: Type.Array(DetectionOutputSchema),
  output_format: PictureFormatSchema,
});
export type DetectionOptions = Static<typeof DetectionOptionsSchema>;

export const DetectionSchema = Type.Object({
  index: Type.Integer({ description: 'Its place in the list, best first; crops and masks are named by it.' }),
  class_id: Type.Integer(),
  label: Type.String(),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  box: BoxSchema,
  area: Type.Number({ description: 'Pixels of its mask; without a mask those of its box.' }),
  ...maskShapes,
  crop: Nullable(Type.String(), {
    description: 'Name of the artifact with the crop, where crops were asked for.',
  }),
});
export type Detection = Static<typeof DetectionSchema>;

export const DetectionResultSchema = Type.Object(
  {
    width: Type.Integer({ description: 'Width of the picture as displayed, in pixels.' }),
    height: Type.Integer({ description: 'Height of the picture as displayed, in pixels.' }),
    detections: Type.Array(DetectionSchema, { description: 'What was found, best first.' }),
    counts: Type.Record(Type.String(), Type.Integer(), {
      description: 'How many of each label; every label asked for is there, those not found with 0.',
    }),
  },
  { $id: 'DetectionResult' },
);
export type DetectionResult = Static<typeof DetectionResultSchema>;
