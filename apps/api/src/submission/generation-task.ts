import { randomInt } from 'node:crypto';
import {
  DarkroomError,
  GENERATED_PICTURES_MAX,
  type GenerationFields,
  GenerationFieldsSchema,
} from '@darkroom/contracts';
import { sizeLikePicture } from './size-like-picture.js';
import type { PictureSize, TaskFields, TaskOptions, TaskRules } from './task-rules.js';

/** Seeds that are drawn lie below, so that other tools take them too. */
const DRAWN_SEEDS = 2 ** 32;

export const generation: TaskRules = {
  task: 'generation',
  picture: 'optional',
  fieldsSchema: GenerationFieldsSchema,
  neededCapabilities: (_fields, hasPicture) =>
    hasPicture
      ? [{ capability: 'image_to_image', field: 'image' }]
      : [{ capability: 'text_to_image', field: 'prompt' }],
  resolveFields(fields, _model, hasPicture) {
    const { prompt, negative_prompt, strength } = fields as TaskFields & GenerationFields;
    if (strength !== undefined && !hasPicture) {
      const detail =
        '"strength" says how much of "image" is replaced by noise, and no "image" came. Send one, or leave "strength" out.';
      throw badField('strength', detail);
    }
    const prompts = [prompt].flat();
    if (negative_prompt === undefined) return { ...fields, prompt: prompts };
    return { ...fields, prompt: prompts, negative_prompt: oneForEach(negative_prompt, prompts) };
  },
  askForPicture: (fields) => fields,
  finishOptions(filled, hasPicture) {
    const { prompt, negative_prompt, count = 1, seed, ...others } = filled as FilledOptions;
    // Without a picture, the model's usual strength is of no use.
    const { strength: _, ...withoutStrength } = others;
    return {
      prompt,
      negative_prompt: negative_prompt ?? [],
      ...(hasPicture ? others : withoutStrength),
      count,
      seed: seedsFor(pictureCount(prompt, count), seed, `${prompt.length} × ${count}`),
    };
  },
  async fitToPicture(options, picture, { fields, model }) {
    const isSized = fields.width !== undefined || fields.height !== undefined;
    const usual = options as TaskOptions & PictureSize;
    const size = isSized ? {} : sizeLikePicture(picture, usual, model);
    return { options: { ...options, ...size }, attachments: {} };
  },
};

/** With the model's defaults. */
interface FilledOptions extends TaskOptions {
  readonly prompt: readonly string[];
  readonly negative_prompt?: readonly string[];
  readonly count?: number;
  readonly seed?: number | readonly number[];
}

function oneForEach(negativePrompt: string | readonly string[], prompts: readonly string[]): string[] {
  if (typeof negativePrompt === 'string') return prompts.map(() => negativePrompt);
  if ([0, prompts.length].includes(negativePrompt.length)) return [...negativePrompt];
  const detail = `"negative_prompt" takes one text for all, or a list with one for each prompt: there are ${prompts.length} prompts, ${negativePrompt.length} came.`;
  throw badField('negative_prompt', detail);
}

function pictureCount({ length }: readonly string[], count: number): number {
  const pictures = length * count;
  if (pictures <= GENERATED_PICTURES_MAX) return pictures;
  const detail = `A job makes up to ${GENERATED_PICTURES_MAX} pictures; ${length} prompts with a "count" of ${count} ask for ${pictures}. Lower "count", or send several jobs.`;
  throw badField('count', detail);
}

/** @param asked how the number of pictures came about, in words */
function seedsFor(pictures: number, seed: FilledOptions['seed'], asked: string): number | readonly number[] {
  if (seed === undefined) return Array.from({ length: pictures }, () => randomInt(DRAWN_SEEDS));
  if (typeof seed === 'number' || seed.length === pictures) return seed;
  const detail = `"seed" takes one number, or a list with one for each picture: prompts × count are ${asked} = ${pictures} pictures, ${seed.length} seeds came.`;
  throw badField('seed', detail);
}

function badField(name: string, detail: string): DarkroomError {
  return new DarkroomError('invalid_field', detail, { fields: [{ pointer: `#/${name}`, detail }] });
}
