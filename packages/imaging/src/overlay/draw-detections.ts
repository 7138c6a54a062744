import type { RegionMask } from '../masks/region-mask.js';
import { parseColor } from '../palettes/color.js';
import type { Pixels } from '../pixels.js';
import type { Box } from '../placement.js';
import { Canvas } from './canvas.js';
import { drawBox, outerEdges } from './draw-box.js';
import { drawLabels } from './draw-labels.js';
import { fillMask, outlineMask } from './draw-mask.js';
import { overlayStyle } from './overlay-style.js';

/** What is drawn of one thing that was found. */
export interface DrawnDetection {
  /** In pixels of the picture; what lies outside of it is not drawn. */
  readonly box: Box;
  /** `#rrggbb` */
  readonly color: string;
  /** Any Unicode text; a long one is cut, an empty one makes no label. */
  readonly text: string;
  /** Read twice, one after the other: where all masks don't fit memory, a getter makes each when it is read. */
  readonly mask: RegionMask | null;
}

/**
 * The picture with detections laid over it: masks half transparent with an outline, boxes, and labels in a size that
 * suits the picture. The first ones lie on top.
 * @throws RangeError when a box isn't of finite numbers, a colour isn't `#rrggbb`, or a mask reaches out of the
 *   picture
 */
export async function drawDetections(
  picture: Pixels,
  detections: readonly DrawnDetection[],
): Promise<Pixels> {
  const { width, height } = picture;
  const canvas = new Canvas(picture);
  const style = overlayStyle(width, height);
  const drawn = detections.map((detection) => ({
    detection,
    around: outerEdges(finite(detection.box), style.lineWidth, width, height),
    color: parseColor(detection.color),
    text: detection.text,
  }));
  const lastFirst = drawn.toReversed();
  for (const { detection, color } of lastFirst) {
    const { mask } = detection;
    if (mask) fillMask(canvas, mask, color);
  }
  // After all fills, which would dim them.
  for (const { detection, color } of lastFirst) {
    const { mask } = detection;
    if (mask) outlineMask(canvas, mask, color, style.lineWidth);
  }
  for (const { around, color } of lastFirst) drawBox(canvas, around, color, style.lineWidth);
  await drawLabels(canvas, drawn, style);
  return canvas.finish();
}

function finite(box: Box): Box {
  if (!box.every(Number.isFinite)) {
    throw new RangeError(`expected a box of finite numbers, got [${box.join(', ')}]`);
  }
  return box;
}
