import type { Color } from '../palettes/color.js';
import type { Pixels } from '../pixels.js';
import { Canvas } from './canvas.js';
import { drawLabels } from './draw-labels.js';
import { overlayStyle } from './overlay-style.js';

/** The picture with a text in its upper left corner; without, where it is empty or too large for the picture. */
export async function drawCaption(picture: Pixels, text: string, color: Color): Promise<Pixels> {
  const canvas = new Canvas(picture);
  const style = overlayStyle(picture.width, picture.height);
  await drawLabels(canvas, [{ around: [0, 0, 0, 0], text, color }], style);
  return canvas.finish();
}
