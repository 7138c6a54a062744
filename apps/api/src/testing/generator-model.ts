import {
  GenerationFieldsSchema,
  type ModelSummary,
  PICTURE_FORMATS,
  SCHEDULERS,
  STEPS_MAX,
} from '@darkroom/contracts';
import { Type } from 'typebox';
import { RegisteredModels } from './registered-models.js';
import type { RunningService } from './start-service.js';

export const GENERATOR = 'generator';
/** Begins with noise alone. */
export const TEXT_ONLY = 'text-only';

const side = Type.Integer({ minimum: 64, maximum: 1024, multipleOf: 8, default: 64 });
const { prompt, negative_prompt, seed } = GenerationFieldsSchema.properties;

const options = {
  prompt,
  negative_prompt,
  width: side,
  height: side,
  steps: Type.Integer({ minimum: 1, maximum: STEPS_MAX, default: 20 }),
  guidance_scale: Type.Number({ minimum: 0, maximum: 100, default: 7.5 }),
  scheduler: Type.Enum([...SCHEDULERS], { default: 'ddim' }),
  count: Type.Integer({ minimum: 1, maximum: 64, default: 1 }),
  seed,
  preview_every: Type.Integer({ minimum: 0, maximum: STEPS_MAX, default: 0 }),
  output_format: Type.Enum([...PICTURE_FORMATS], { default: 'png' }),
};

const MODEL: ModelSummary = {
  id: GENERATOR,
  task: 'generation',
  family: 'any',
  version: '3f9c1a20',
  demo: true,
  description: 'Makes pictures.',
  license: 'Apache-2.0',
  source: null,
  labels: [],
  capabilities: ['text_to_image', 'image_to_image'],
  options: Type.Object({ ...options, strength: Type.Number({ minimum: 0, maximum: 1, default: 0.8 }) }),
  input_size: { width: null, height: null },
};

const TEXT_ONLY_MODEL: ModelSummary = {
  ...MODEL,
  id: TEXT_ONLY,
  demo: false,
  capabilities: ['text_to_image'],
  options: Type.Object(options),
};

/** Models that make pictures of prompts. */
export const GeneratorModels = {
  open: (service: RunningService): Promise<RegisteredModels> =>
    RegisteredModels.open(service, [MODEL, TEXT_ONLY_MODEL]),
};
