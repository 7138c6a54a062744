import type { CompleteManifest } from '@darkroom/model-catalog';

/** The parts in a manifest's `files` that are graphs: the first alone, or the other two. */
export const WHOLE = 'graph';
export const TEXT_ENCODER = 'text_encoder';
export const PICTURE_ENCODER = 'vision_encoder';

/** Whether both encoders are in one graph. */
export function isWhole({ files }: CompleteManifest): boolean {
  return files[WHOLE] !== undefined;
}

/** The graphs that a model has, or that it needs and lacks. */
export function graphPartsOf(manifest: CompleteManifest): string[] {
  return isWhole(manifest) ? [WHOLE] : [TEXT_ENCODER, PICTURE_ENCODER];
}
