import {
  AutomaticOptionsSchema,
  DEFAULT_OVERLAY_OPACITY,
  DEFAULT_POLYGON_TOLERANCE,
  MASK_FORMATS,
  MASK_OUTPUTS,
  MASKS_MAX,
  MaskFormatSchema,
  OverlayOpacitySchema,
  OverlayOutlinesSchema,
  PICTURE_FORMATS,
  PolygonToleranceSchema,
  PromptsFieldsSchema,
} from '@darkroom/contracts';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, type TSchema, Type } from 'typebox';
import { GENERATOR_DEFAULTS } from './generator-options.js';

const closed = { additionalProperties: false } as const;

export const PROMPT_KINDS = ['points', 'boxes', 'masks'] as const;
export type PromptKind = (typeof PROMPT_KINDS)[number];

/** `family_options` of a sam model. */
export const SamOptionsSchema = Type.Object(
  {
    prompt_kinds: Type.Optional(
      Type.Array(Type.Enum([...PROMPT_KINDS]), {
        uniqueItems: true,
        minItems: 1,
        description:
          'What prompts may hold, where the decoder takes less than points, boxes and earlier masks. Points are always among it.',
      }),
    ),
  },
  closed,
);
type SamOptions = Static<typeof SamOptionsSchema>;

/** What prompts for a model may hold. */
export function promptKinds({ family_options }: CompleteManifest): readonly PromptKind[] {
  return (family_options as SamOptions).prompt_kinds ?? PROMPT_KINDS;
}

export const SAM_MODES = ['prompts', 'everything', 'embedding'] as const;
/** What a request gets that says neither a mode nor prompts. */
const USUAL_MODE = 'everything';

const automaticFields = AutomaticOptionsSchema.properties;
const outputs = Type.Array(Type.Enum([...MASK_OUTPUTS]), { uniqueItems: true });

/** What `defaults` in a manifest may hold. */
export const DefaultsSchema = Type.Object(
  {
    mode: Type.Optional(Type.Enum([...SAM_MODES])),
    multimask: Type.Optional(Type.Boolean()),
    automatic: Type.Optional(Type.Partial(AutomaticOptionsSchema, closed)),
    mask_format: Type.Optional(MaskFormatSchema),
    polygon_tolerance: Type.Optional(PolygonToleranceSchema),
    overlay_opacity: Type.Optional(OverlayOpacitySchema),
    overlay_outlines: Type.Optional(OverlayOutlinesSchema),
    outputs: Type.Optional(outputs),
    output_format: Type.Optional(Type.Enum([...PICTURE_FORMATS])),
  },
  closed,
);
type Defaults = Static<typeof DefaultsSchema>;

/** Those of segment-anything's generator, and as many masks as there may be. */
const AUTOMATIC_DEFAULTS: Static<typeof AutomaticOptionsSchema> = {
  points_per_side: GENERATOR_DEFAULTS.pointsPerSide,
  points_per_batch: GENERATOR_DEFAULTS.pointsPerBatch,
  pred_iou_thresh: GENERATOR_DEFAULTS.predIouThresh,
  stability_score_thresh: GENERATOR_DEFAULTS.stabilityScoreThresh,
  stability_score_offset: GENERATOR_DEFAULTS.stabilityScoreOffset,
  box_nms_thresh: GENERATOR_DEFAULTS.boxNmsThresh,
  crop_n_layers: GENERATOR_DEFAULTS.cropNLayers,
  crop_overlap_ratio: GENERATOR_DEFAULTS.cropOverlapRatio,
  crop_n_points_downscale_factor: GENERATOR_DEFAULTS.cropNPointsDownscaleFactor,
  min_mask_region_area: GENERATOR_DEFAULTS.minMaskRegionArea,
  max_masks: MASKS_MAX,
};

/** How everything is looked for where a request doesn't say. */
export function automaticDefaults({ defaults }: CompleteManifest): Static<typeof AutomaticOptionsSchema> {
  return { ...AUTOMATIC_DEFAULTS, ...(defaults as Defaults).automatic };
}

/** The request options, each with the model's default. */
export function requestOptions(manifest: CompleteManifest): TSchema {
  const defaults = manifest.defaults as Defaults;
  return Type.Object(
    {
      mode: Type.Enum([...SAM_MODES], { default: defaults.mode ?? USUAL_MODE }),
      prompts: Type.Optional(PromptsFieldsSchema),
      multimask: Type.Boolean({
        default: defaults.multimask ?? false,
        description: 'Of each prompt all candidates, not the best alone.',
      }),
      automatic: automaticOptions(manifest),
      mask_format: Type.Enum([...MASK_FORMATS], { default: defaults.mask_format ?? 'rle' }),
      polygon_tolerance: Type.Number({
        ...PolygonToleranceSchema,
        default: defaults.polygon_tolerance ?? DEFAULT_POLYGON_TOLERANCE,
      }),
      overlay_opacity: Type.Number({
        ...OverlayOpacitySchema,
        default: defaults.overlay_opacity ?? DEFAULT_OVERLAY_OPACITY,
      }),
      overlay_outlines: Type.Boolean({
        ...OverlayOutlinesSchema,
        default: defaults.overlay_outlines ?? true,
      }),
      outputs: Type.Array(Type.Enum([...MASK_OUTPUTS]), {
        uniqueItems: true,
        default: defaults.outputs ?? [],
        description: 'Artifacts to make; `embedding` is always made in the mode of that name.',
      }),
      output_format: Type.Enum([...PICTURE_FORMATS], {
        default: defaults.output_format ?? 'jpeg',
        description: 'Format of the overlay; masks, maps and `model_input` are always PNG.',
      }),
    },
    closed,
  );
}

function automaticOptions(manifest: CompleteManifest): TSchema {
  const defaults: Readonly<Record<string, unknown>> = automaticDefaults(manifest);
  const properties = Object.entries(automaticFields).map(
    ([name, schema]) => [name, { ...schema, default: defaults[name] }] as const,
  );
  // With a default for the whole, that of each field is filled in where nothing is given at all.
  return Type.Partial(Type.Object(Object.fromEntries(properties)), { ...closed, default: {} });
}
