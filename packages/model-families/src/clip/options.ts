import {
  ANALYSIS_OUTPUTS,
  AnalysisOptionsSchema,
  DEFAULT_POLYGON_TOLERANCE,
  MASK_FORMATS,
  MaskFormatSchema,
  PICTURE_FORMATS,
  PolygonToleranceSchema,
  REGION_CROPS,
  RegionCropSchema,
} from '@darkroom/contracts';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, type TSchema, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

export const ACTIVATIONS = ['softmax', 'sigmoid'] as const;

/** `family_options` of a clip model. */
export const ClipOptionsSchema = Type.Object(
  {
    activation: Type.Optional(
      Type.Enum([...ACTIVATIONS], {
        default: 'softmax',
        description:
          'What makes scores of logits: `softmax` over all concepts (CLIP), or `sigmoid` of each (SigLIP).',
      }),
    ),
    logit_scale: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10_000,
        description:
          'What similarities are multiplied by: the exponential of the parameter `logit_scale`. Default: what a graph of both encoders gives logits with, else 100, as CLIP has it.',
      }),
    ),
    logit_bias: Type.Optional(
      Type.Number({
        minimum: -10_000,
        maximum: 10_000,
        description: 'Then added. Default as that of `logit_scale`, else 0.',
      }),
    ),
    max_tokens: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 4096,
        description:
          'How many tokens of a text are read, where neither the graph nor tokenizer_config.json says it.',
      }),
    ),
  },
  closed,
);
type GivenOptions = Static<typeof ClipOptionsSchema>;

export interface ClipOptions extends GivenOptions {
  readonly activation: (typeof ACTIVATIONS)[number];
}

export function optionsOf({ family_options }: CompleteManifest): ClipOptions {
  return { activation: 'softmax', ...(family_options as GivenOptions) };
}

const fields = AnalysisOptionsSchema.properties;
const outputs = Type.Array(Type.Enum([...ANALYSIS_OUTPUTS]), { uniqueItems: true });

/** What `defaults` in a manifest may hold. */
export const DefaultsSchema = Type.Object(
  {
    template: Type.Optional(fields.template),
    region_crop: Type.Optional(RegionCropSchema),
    mask_format: Type.Optional(MaskFormatSchema),
    polygon_tolerance: Type.Optional(PolygonToleranceSchema),
    outputs: Type.Optional(outputs),
    output_format: Type.Optional(Type.Enum([...PICTURE_FORMATS])),
  },
  closed,
);
type Defaults = Static<typeof DefaultsSchema>;

/** One that OpenAI names for CLIP. */
const USUAL_TEMPLATE = 'a photo of a {}';

/** The request options, each with the model's default. */
export function requestOptions(manifest: CompleteManifest): TSchema {
  const defaults = manifest.defaults as Defaults;
  return Type.Object(
    {
      concepts: Type.Array(fields.concepts.items, { ...fields.concepts, default: [] }),
      template: Type.String({ ...fields.template, default: defaults.template ?? USUAL_TEMPLATE }),
      region_crop: Type.Enum([...REGION_CROPS], {
        description:
          'What of a region the model is shown: `masked`, the region alone, or `context`, its box and a little more.',
        default: defaults.region_crop ?? 'masked',
      }),
      mask_format: Type.Enum([...MASK_FORMATS], { default: defaults.mask_format ?? 'rle' }),
      polygon_tolerance: Type.Number({
        ...PolygonToleranceSchema,
        default: defaults.polygon_tolerance ?? DEFAULT_POLYGON_TOLERANCE,
      }),
      outputs: Type.Array(Type.Enum([...ANALYSIS_OUTPUTS]), {
        ...fields.outputs,
        default: defaults.outputs ?? [],
      }),
      output_format: Type.Enum([...PICTURE_FORMATS], {
        default: defaults.output_format ?? 'jpeg',
        description: 'Format of overlay and crops; masks and `model_input` are always PNG.',
      }),
    },
    closed,
  );
}
