import { labelMap } from '../masks/label-map.js';
import { areaOfRuns, boxOfRuns, type MaskRuns, regionMaskFromRuns } from '../masks/mask-runs.js';
import type { Color } from '../palettes/color.js';
import { distinctColor } from '../palettes/distinct-color.js';
import type { Pixels } from '../pixels.js';
import { Canvas } from './canvas.js';
import { drawLabels } from './draw-labels.js';
import { blendLabels, FILL_ALPHA, outlineMask } from './draw-mask.js';
import { type OverlayStyle, overlayStyle } from './overlay-style.js';

/** A mask with a text at its box. */
export interface NamedMask {
  readonly mask: MaskRuns;
  readonly color: Color;
  /** Any Unicode text; a long one is cut, an empty one makes no label. */
  readonly text: string;
}

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
  const canvas = new Canvas(picture);
  const style = overlayStyle(picture.width, picture.height);
  layMasks(
    canvas,
    style,
    masks.map((mask, index) => ({ mask, color: distinctColor(index) })),
    { opacity, hasOutlines },
  );
  return canvas.finish();
}

/** The same with colours that are given and a label at each; those of the smallest masks get the best places. */
export async function drawNamedMasks(picture: Pixels, named: readonly NamedMask[]): Promise<Pixels> {
  const canvas = new Canvas(picture);
  const style = overlayStyle(picture.width, picture.height);
  const smallestFirst = layMasks(canvas, style, named).toReversed();
  const labels = smallestFirst.flatMap((index) => {
    const { mask, color, text } = named[index]!;
    const around = boxOfRuns(mask);
    return around === null ? [] : [{ around, color, text }];
  });
  await drawLabels(canvas, labels, style);
  return canvas.finish();
}

/** @returns indices of the masks, largest first */
function layMasks(
  canvas: Canvas,
  { lineWidth }: OverlayStyle,
  colored: readonly Pick<NamedMask, 'mask' | 'color'>[],
  { opacity = FILL_ALPHA, hasOutlines = true }: MaskStyle = {},
): number[] {
  const masks = colored.map(({ mask }) => mask);
  const areas = masks.map(areaOfRuns);
  const colors = colored.map(({ color }) => color);
  blendLabels(canvas, labelMap(masks, areas, canvas.width, canvas.height), colors, opacity);
  const largestFirst = Array.from(masks.keys()).sort((a, b) => areas[b]! - areas[a]!);
  for (const index of hasOutlines ? largestFirst : []) {
    outlineMask(canvas, regionMaskFromRuns(masks[index]!), colors[index]!, lineWidth);
  }
  return largestFirst;
}
