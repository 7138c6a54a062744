import { type Static, Type } from 'typebox';

/** The public contracts Darkroom serves: what goes in, what comes out. A family of models implements one. */
export const TASKS = ['segmentation', 'detection', 'generation', 'analysis'] as const;

export const TaskSchema = Type.Enum([...TASKS], {
  description: 'What is asked for. Each task has its own path to submit to.',
});
export type Task = (typeof TASKS)[number];

/**
 * What a model can do. Code and requests ask for capabilities, never for the names of models or families. A model with
 * `prompts` takes points; that it takes boxes or earlier masks too, `box_prompts` and `mask_prompts` say.
 */
export const CAPABILITIES = [
  'semantic',
  'prompts',
  'box_prompts',
  'mask_prompts',
  'everything',
  'embedding',
  'boxes',
  'masks',
  'text_to_image',
  'image_to_image',
  'image_text_similarity',
] as const;
/** What a request is taken to ask for that says nothing more than its task, where a model can do that. */
export const USUAL_CAPABILITIES: Readonly<Record<Task, Capability>> = {
  segmentation: 'semantic',
  detection: 'boxes',
  generation: 'text_to_image',
  analysis: 'image_text_similarity',
};

export const CapabilitySchema = Type.Enum([...CAPABILITIES]);
export type Capability = Static<typeof CapabilitySchema>;
