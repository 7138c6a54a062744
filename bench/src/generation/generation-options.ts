import type { GenerationOptions } from '@darkroom/contracts';
import { PICTURE_SIDE } from './diffusion-sizes.js';

/** One picture, guided, with a negative prompt. */
export function generationOptions(
  options: Pick<GenerationOptions, 'steps'> & Partial<GenerationOptions>,
): GenerationOptions {
  return {
    prompt: ['a red circle left of a blue star'],
    negative_prompt: ['grey'],
    width: PICTURE_SIDE,
    height: PICTURE_SIDE,
    guidance_scale: 7.5,
    count: 1,
    seed: 1,
    preview_every: 0,
    output_format: 'png',
    ...options,
  };
}
