import type { CompleteManifest } from '@darkroom/model-catalog';

/** The parts in a manifest's `files` that are graphs. Those after the first three a model may lack. */
export const GRAPH_PARTS = [
  'text_encoder',
  'unet',
  'vae_decoder',
  'text_encoder_2',
  'vae_encoder',
  'safety_checker',
] as const;
export type GraphPart = (typeof GRAPH_PARTS)[number];

const NEEDED: readonly GraphPart[] = ['text_encoder', 'unet', 'vae_decoder'];

/** The part that holds the scheduler's configuration. */
export const SCHEDULER_PART = 'scheduler';

/** The graphs that a model has, or that it needs and lacks. */
export function graphPartsOf({ files, family_options }: CompleteManifest): GraphPart[] {
  const isUnchecked = family_options.safety_checker === false;
  return GRAPH_PARTS.filter((part) => {
    if (part === 'safety_checker' && isUnchecked) return false;
    return NEEDED.includes(part) || files[part] !== undefined;
  });
}

/** Whether a picture can be the beginning. */
export function hasImageToImage({ files }: CompleteManifest): boolean {
  return files.vae_encoder !== undefined;
}
