import { labelMap } from '../masks/label-map.js';
import { areaOfRuns, type MaskRuns, regionMaskFromRuns } from '../masks/mask-runs.js';
import { distinctColor } from '../palettes/distinct-color.js';
import type { Pixels } from '../pixels.js';
import { Canvas } from './canvas.js';
import { blendLabels, outlineMask } from './draw-mask.js';
import { overlayStyle } from './overlay-style.js';

/**
 * The picture with masks laid over it, half transparent, each in a colour of its own and with its outline. A pixel of
 * several masks has the colour of the smallest alone, so that colours stay what they are; outlines are all visible.
 */
export function drawMasks(picture: Pixels, masks: readonly MaskRuns[]): Pixels {
  const { width, height } = picture;
  const canvas = new Canvas(picture);
  const areas = masks.map(areaOfRuns);
  const colors = masks.map((_, index) => distinctColor(index));
  blendLabels(canvas, labelMap(masks, areas, width, height), colors);
  const { lineWidth } = overlayStyle(width, height);
  const largestFirst = Array.from(masks.keys()).sort((a, b) => areas[b]! - areas[a]!);
  for (const index of largestFirst) {
    outlineMask(canvas, regionMaskFromRuns(masks[index]!), colors[index]!, lineWidth);
  }
  return canvas.finish();
}
