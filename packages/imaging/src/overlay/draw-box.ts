import { clipBox } from '../boxes/box-geometry.js';
import type { Color } from '../palettes/color.js';
import type { Box } from '../placement.js';
import type { Canvas } from './canvas.js';

/** The whole pixels that the line around a box reaches to: half of it outside the box, none outside the picture. */
export function outerEdges(box: Box, lineWidth: number, width: number, height: number): Box {
  const outside = Math.floor(lineWidth / 2);
  const [x0, y0, x1, y1] = box.map(Math.round) as unknown as Box;
  return clipBox([x0 - outside, y0 - outside, x1 + outside, y1 + outside], width, height);
}

/** Draws a line inside these edges; a box too small for two lines is filled. */
export function drawBox(canvas: Canvas, [x0, y0, x1, y1]: Box, color: Color, lineWidth: number): void {
  const innerTop = Math.min(y0 + lineWidth, y1);
  const innerBottom = Math.max(y1 - lineWidth, innerTop);
  canvas.fillBox([x0, y0, x1, innerTop], color);
  canvas.fillBox([x0, innerBottom, x1, y1], color);
  canvas.fillBox([x0, innerTop, Math.min(x0 + lineWidth, x1), innerBottom], color);
  canvas.fillBox([Math.max(x1 - lineWidth, x0), innerTop, x1, innerBottom], color);
}
