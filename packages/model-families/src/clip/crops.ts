import type { RegionCrop } from '@darkroom/contracts';
import { type Color, cropSquare, type Pixels, regionMaskFromRuns } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import type { Region } from './regions.js';

/** What a box is grown by on each side to show what is around it, as a share of its longer side. */
const CONTEXT_MARGIN = 0.1;
/** Longer crops are made smaller first, in pixels: no network looks at so many, and they would take 50 MB and more. */
const LONGEST_CROP_SIDE = 4096;
const GREY = 127.5;

/**
 * A region as the model is shown it, still at the picture's scale: a square, so that the preparation neither cuts off
 * its ends nor distorts it.
 * @param region with a pixel at least
 */
export function cropOf(picture: Pixels, region: Region, crop: RegionCrop, color: Color): Pixels {
  const isMasked = crop === 'masked';
  return cropSquare(picture, region.box!, {
    mask: isMasked ? regionMaskFromRuns(region.mask) : null,
    margin: isMasked ? 0 : CONTEXT_MARGIN,
    color,
    longestSide: LONGEST_CROP_SIDE,
  });
}

/** The colour that the normalization makes (nearly) 0 of, which tells a network nothing; grey where no mean is taken off. */
export function plainColor({ mean, scale, channel_order }: CompletePreparation): Color {
  const hasMean = mean.some((value) => value !== 0);
  const values = mean.map((value) => (hasMean ? value / scale : GREY));
  const rgb = channel_order === 'rgb' ? values : values.toReversed();
  return rgb.map((value) => Math.min(Math.max(Math.round(value), 0), 255)) as unknown as Color;
}
