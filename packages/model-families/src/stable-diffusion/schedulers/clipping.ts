import { Type } from 'typebox';

/** Of the configuration of schedulers that can keep the picture they see within bounds. */
export const clippingFields = {
  clip_sample: Type.Boolean({ default: false }),
  clip_sample_range: Type.Number({ exclusiveMinimum: 0, default: 1 }),
};

/** Dynamic thresholding is for pictures; diffusers itself calls it unsuitable for latents. */
export const noThresholding = { thresholding: Type.Literal(false, { default: false }) };

export interface Clipping {
  readonly clip_sample: boolean;
  readonly clip_sample_range: number;
}

/** How far from 0 the numbers of a picture may be. */
export function boundOf({ clip_sample, clip_sample_range }: Clipping): number {
  return clip_sample ? clip_sample_range : Number.POSITIVE_INFINITY;
}
