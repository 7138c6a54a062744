import { type Static, Type } from 'typebox';
import { AutomaticFieldsSchema, AutomaticOptionsSchema } from './automatic.js';
import { ImageSourceSchema } from './image-source.js';
import {
  MaskFormatSchema,
  OverlayOpacitySchema,
  OverlayOutlinesSchema,
  PolygonToleranceSchema,
} from './mask.js';
import { PromptOptionsSchema, PromptsFieldsSchema } from './prompt.js';
import { commonSubmissionFields, PictureFormatSchema } from './submission.js';

export const SEGMENTATION_MODES = ['semantic', 'prompts', 'everything', 'embedding'] as const;
export const SegmentationModeSchema = Type.Enum([...SEGMENTATION_MODES], {
  description:
    '`semantic`: every pixel gets the class it shows. `prompts`: a mask of each object that is asked for. ' +
    '`everything`: masks of all that is there. `embedding`: what the model makes of the picture, ahead of the first prompt. ' +
    'None: `prompts` or `everything` where `prompts` or `automatic` ask for it, else what the model is made for.',
});
export type SegmentationMode = Static<typeof SegmentationModeSchema>;

export const SEMANTIC_OUTPUTS = [
  'segmentation_map',
  'color_map',
  'overlay',
  'logits',
  'probabilities',
  'model_input',
] as const;
export type SemanticOutput = (typeof SEMANTIC_OUTPUTS)[number];

/** Of the modes `prompts` and `everything`. */
export const MASK_OUTPUTS = ['overlay', 'label_map', 'embedding', 'model_input'] as const;
export type MaskOutput = (typeof MASK_OUTPUTS)[number];

export const EMBEDDING_OUTPUTS = ['embedding', 'model_input'] as const;
export type EmbeddingOutput = (typeof EMBEDDING_OUTPUTS)[number];

export const SEGMENTATION_OUTPUTS = [...SEMANTIC_OUTPUTS, 'label_map', 'embedding'] as const;
export const SegmentationOutputSchema = Type.Enum([...SEGMENTATION_OUTPUTS]);
export type SegmentationOutput = Static<typeof SegmentationOutputSchema>;

/** The fields that shape how masks are given and drawn. */
const MASK_FIELDS = ['mask_format', 'polygon_tolerance', 'overlay_opacity', 'overlay_outlines'] as const;

/** The fields that only some modes take, and the artifacts that can be asked for, by mode. */
export const MODE_TRAITS = {
  semantic: { fields: [], outputs: SEMANTIC_OUTPUTS },
  prompts: { fields: ['prompts', 'multimask', ...MASK_FIELDS], outputs: MASK_OUTPUTS },
  everything: { fields: ['automatic', ...MASK_FIELDS], outputs: MASK_OUTPUTS },
  embedding: { fields: [], outputs: EMBEDDING_OUTPUTS },
} as const satisfies Record<
  SegmentationMode,
  { readonly fields: readonly string[]; readonly outputs: readonly SegmentationOutput[] }
>;

/**
 * Of a job with prompts, so many masks from the first on keep their logits as artifacts `mask_logits`: those are what
 * `mask` of a later prompt refines.
 */
export const REFINABLE_MASKS_MAX = 16;

const outputsDescription =
  'Artifacts to make. `overlay`: for eyes. `model_input`: the picture as the network saw it. Mode `semantic`: ' +
  '`segmentation_map` (always made), class ids in grey; `color_map`, for eyes; `logits`, `probabilities`, float32 .npy ' +
  'of shape [classes, height, width] at the network’s own output size. Modes `prompts` and `everything`: `label_map`, ' +
  '16 bits, 0 is nothing and n the mask n - 1, small over large; `embedding`, what the encoder made of the picture, ' +
  'as .npy (mode `embedding` always makes it).';

const MultimaskSchema = Type.Boolean({
  description: 'false (default): the best mask of each prompt; true: all candidates.',
});

/** `POST /v1/segmentation`, the fields beside the picture. */
export const SegmentationFieldsSchema = Type.Object(
  {
    ...commonSubmissionFields,
    mode: Type.Optional(SegmentationModeSchema),
    prompts: Type.Optional(PromptsFieldsSchema),
    multimask: Type.Optional(MultimaskSchema),
    automatic: Type.Optional(AutomaticFieldsSchema),
    mask_format: Type.Optional(MaskFormatSchema),
    polygon_tolerance: Type.Optional(PolygonToleranceSchema),
    overlay_opacity: Type.Optional(OverlayOpacitySchema),
    overlay_outlines: Type.Optional(OverlayOutlinesSchema),
    outputs: Type.Optional(
      Type.Array(SegmentationOutputSchema, {
        uniqueItems: true,
        maxItems: SEGMENTATION_OUTPUTS.length,
        description: outputsDescription,
      }),
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

const maskOptions = {
  mask_format: MaskFormatSchema,
  polygon_tolerance: PolygonToleranceSchema,
  overlay_opacity: OverlayOpacitySchema,
  overlay_outlines: OverlayOutlinesSchema,
};
const maskOutputs = Type.Array(Type.Enum([...MASK_OUTPUTS]));

/** The options of a job in mode `semantic` as it is run: every default filled in. Likewise those below. */
export const SemanticOptionsSchema = Type.Object({
  mode: Type.Literal('semantic'),
  outputs: Type.Array(Type.Enum([...SEMANTIC_OUTPUTS])),
  output_format: PictureFormatSchema,
});
export type SemanticOptions = Static<typeof SemanticOptionsSchema>;

export const PromptsOptionsSchema = Type.Object({
  mode: Type.Literal('prompts'),
  prompts: Type.Array(PromptOptionsSchema, { minItems: 1 }),
  multimask: MultimaskSchema,
  ...maskOptions,
  outputs: maskOutputs,
  output_format: PictureFormatSchema,
});
export type PromptsOptions = Static<typeof PromptsOptionsSchema>;

export const EverythingOptionsSchema = Type.Object({
  mode: Type.Literal('everything'),
  automatic: AutomaticOptionsSchema,
  ...maskOptions,
  outputs: maskOutputs,
  output_format: PictureFormatSchema,
});
export type EverythingOptions = Static<typeof EverythingOptionsSchema>;

export const EmbeddingOptionsSchema = Type.Object({
  mode: Type.Literal('embedding'),
  outputs: Type.Array(Type.Enum([...EMBEDDING_OUTPUTS])),
  output_format: PictureFormatSchema,
});
export type EmbeddingOptions = Static<typeof EmbeddingOptionsSchema>;

export const SegmentationOptionsSchema = Type.Union([
  SemanticOptionsSchema,
  PromptsOptionsSchema,
  EverythingOptionsSchema,
  EmbeddingOptionsSchema,
]);
export type SegmentationOptions = Static<typeof SegmentationOptionsSchema>;
