import {
  AutomaticOptionsSchema,
  MASK_FORMATS,
  MASK_OUTPUTS,
  type ModelSummary,
  PICTURE_FORMATS,
  PromptsFieldsSchema,
} from '@darkroom/contracts';
import { Type } from 'typebox';
import { RegisteredModels } from './registered-models.js';
import type { RunningService } from './start-service.js';

export const PROMPTABLE = 'promptable';

const AUTOMATIC_DEFAULTS = {
  points_per_side: 32,
  points_per_batch: 64,
  pred_iou_thresh: 0.88,
  stability_score_thresh: 0.95,
  stability_score_offset: 1,
  box_nms_thresh: 0.7,
  crop_n_layers: 0,
  crop_overlap_ratio: 512 / 1500,
  crop_n_points_downscale_factor: 1,
  min_mask_region_area: 0,
  max_masks: 1000,
} as const;

const automatic = Object.entries(AutomaticOptionsSchema.properties).map(([name, schema]) => [
  name,
  Type.Optional(
    Type.Unsafe({ ...schema, default: AUTOMATIC_DEFAULTS[name as keyof typeof AUTOMATIC_DEFAULTS] }),
  ),
]);

/** Takes prompts of every kind. */
export const PROMPTABLE_MODEL: ModelSummary = {
  id: PROMPTABLE,
  task: 'segmentation',
  family: 'any',
  version: '3f9c1a20',
  demo: true,
  description: 'Takes prompts.',
  license: 'Apache-2.0',
  source: null,
  labels: [],
  capabilities: ['prompts', 'box_prompts', 'mask_prompts', 'everything', 'embedding'],
  options: Type.Object({
    mode: Type.Enum(['prompts', 'everything', 'embedding'], { default: 'everything' }),
    prompts: PromptsFieldsSchema,
    multimask: Type.Boolean({ default: false }),
    automatic: Type.Object(Object.fromEntries(automatic), { additionalProperties: false, default: {} }),
    mask_format: Type.Enum([...MASK_FORMATS], { default: 'rle' }),
    polygon_tolerance: Type.Number({ default: 1 }),
    outputs: Type.Array(Type.Enum([...MASK_OUTPUTS]), { default: [] }),
    output_format: Type.Enum([...PICTURE_FORMATS], { default: 'jpeg' }),
  }),
  input_size: { width: null, height: null },
};

/** Takes prompts only as points. */
export const POINTS_ONLY = 'points-only';
const POINTS_ONLY_MODEL: ModelSummary = {
  ...PROMPTABLE_MODEL,
  id: POINTS_ONLY,
  capabilities: ['prompts', 'everything', 'embedding'],
};

/** Models that take prompts. */
export const PromptableModels = {
  open: (service: RunningService): Promise<RegisteredModels> =>
    RegisteredModels.open(service, [PROMPTABLE_MODEL, POINTS_ONLY_MODEL]),
};
