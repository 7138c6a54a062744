import type { GenerationOptions } from '@darkroom/contracts';
import { isGuided } from './guidance.js';
import { type NoiseSource, noiseOfEach, sharedNoise } from './noise/noise-source.js';
import { TorchGenerator } from './noise/torch-generator.js';

/** One picture that is asked for. */
export interface WantedPicture {
  readonly prompt: string;
  readonly promptIndex: number;
  /** Null: there is none, which is not always the same as an empty one. */
  readonly negativePrompt: string | null;
  readonly seed: number;
}

/** All pictures of a job, those of the first prompt first. */
export function wantedPictures({ prompt, negative_prompt, count, seed }: GenerationOptions): WantedPicture[] {
  return prompt.flatMap((text, promptIndex) =>
    Array.from({ length: count }, (_, i) => ({
      prompt: text,
      promptIndex,
      negativePrompt: negative_prompt[promptIndex] ?? null,
      seed: typeof seed === 'number' ? seed : seed[promptIndex * count + i]!,
    })),
  );
}

/** One seed draws for all pictures in turn; a list of them for each by itself. */
export function noiseFor({ seed }: GenerationOptions): NoiseSource {
  if (typeof seed === 'number') return sharedNoise(new TorchGenerator(seed));
  return noiseOfEach(seed.map((each) => new TorchGenerator(each)));
}

/** The scale of a guided run; `null` where the network is asked once. */
export function guidanceScaleOf(
  { guidance_scale }: Pick<GenerationOptions, 'guidance_scale'>,
  isToldScale: boolean,
): number | null {
  return isGuided(guidance_scale, isToldScale) ? guidance_scale : null;
}
