import { labelMap } from '../masks/label-map.js';
import { areaOfRuns, type MaskRuns, regionMaskFromRuns } from '../masks/mask-runs.js';
import { distinctColor } from '../palettes/distinct-color.js';
import type { Pixels } from '../pixels.js';
import { Canvas } from './canvas.js';
import { blendLabels, FILL_ALPHA, outlineMask } from './draw-mask.js';
import { overlayStyle } from './overlay-style.js';

/** How masks are drawn. */
export interface MaskStyle {
  /** How much of the colour covers the picture inside a mask, 0 to 1. */
  readonly opacity?: number | undefined;
  readonly hasOutlines?: boolean | undefined;
}

/**
 * The picture with masks laid over it, half transparent, each in a colour of its own and with its outline. A pixel of
 * several masks has the colour of the smallest alone, so that colours stay what they are; outlines are all visible.
 */
export function drawMasks(
  picture: Pixels,
  masks: readonly MaskRuns[],
  { opacity = FILL_ALPHA, hasOutlines = true }: MaskStyle = {},
): Pixels {
  const { width, height } = picture;
  const canvas = new Canvas(picture);
  const areas = masks.map(areaOfRuns);
  const colors = masks.map((_, index) => distinctColor(index));
  blendLabels(canvas, labelMap(masks, areas, width, height), colors, opacity);
  if (!hasOutlines) return canvas.finish();
  const { lineWidth } = overlayStyle(width, height);
  const largestFirst = Array.from(masks.keys()).sort((a, b) => areas[b]! - areas[a]!);
  for (const index of largestFirst) {
    outlineMask(canvas, regionMaskFromRuns(masks[index]!), colors[index]!, lineWidth);
  }
  return canvas.finish();
}
