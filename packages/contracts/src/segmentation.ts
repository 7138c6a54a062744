import { type Static, Type } from 'typebox';
import { ImageSourceSchema } from './image-source.js';
import { commonSubmissionFields, PictureFormatSchema } from './submission.js';

export const SEGMENTATION_MODES = ['semantic'] as const;
export const SegmentationModeSchema = Type.Enum([...SEGMENTATION_MODES], {
  description: '`semantic`: every pixel gets the class it shows. None: what the model is made for.',
});
export type SegmentationMode = Static<typeof SegmentationModeSchema>;

export const SEGMENTATION_OUTPUTS = [
  'segmentation_map',
  'color_map',
  'overlay',
  'logits',
  'probabilities',
  'model_input',
] as const;
export const SegmentationOutputSchema = Type.Enum([...SEGMENTATION_OUTPUTS]);
export type SegmentationOutput = Static<typeof SegmentationOutputSchema>;

const outputsDescription =
  'Artifacts to make. `segmentation_map` (always made): class ids in grey. `color_map` and `overlay`: for eyes. ' +
  '`logits`, `probabilities`: float32 .npy of shape [classes, height, width] at the network’s own output size. ' +
  '`model_input`: the picture as the network saw it.';

/** `POST /v1/segmentation`, the fields beside the picture. */
export const SegmentationFieldsSchema = Type.Object(
  {
    ...commonSubmissionFields,
    mode: Type.Optional(SegmentationModeSchema),
    outputs: Type.Optional(
      Type.Array(SegmentationOutputSchema, { uniqueItems: true, description: outputsDescription }),
    ),
  },
  { additionalProperties: false },
);
export type SegmentationFields = Static<typeof SegmentationFieldsSchema>;

/** `POST /v1/segmentation` as JSON. */
export const SegmentationRequestSchema = Type.Object(
  { image: ImageSourceSchema, ...SegmentationFieldsSchema.properties },
  { additionalProperties: false, $id: 'SegmentationRequest' },
);

/** The options of a segmentation job as it is run: every default filled in. */
export const SegmentationOptionsSchema = Type.Object({
  mode: SegmentationModeSchema,
  outputs: Type.Array(SegmentationOutputSchema),
  output_format: PictureFormatSchema,
});
export type SegmentationOptions = Static<typeof SegmentationOptionsSchema>;

export const SemanticResultSchema = Type.Object(
  {
    kind: Type.Literal('semantic'),
    width: Type.Integer({ description: 'Width of the picture as displayed, in pixels.' }),
    height: Type.Integer({ description: 'Height of the picture as displayed, in pixels.' }),
    classes: Type.Array(
      Type.Object({
        id: Type.Integer({ description: 'The class id, as it stands in `segmentation_map.png`.' }),
        label: Type.String(),
        color: Type.String({ description: 'Colour in `color_map` and `overlay`, as `#rrggbb`.' }),
        pixels: Type.Integer({ description: 'How many pixels of the picture show the class.' }),
        fraction: Type.Number({ description: '`pixels` divided by all pixels of the picture.' }),
      }),
      { description: 'The classes that occur, largest first.' },
    ),
  },
  { $id: 'SemanticResult' },
);
export type SemanticResult = Static<typeof SemanticResultSchema>;
