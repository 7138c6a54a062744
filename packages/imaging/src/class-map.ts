import { markClassBorders } from './class-borders.js';
import type { ClassIds } from './class-ids.js';
import { type Color, lumaOf } from './palettes/color.js';
import { type Pixels, pixelsOf } from './pixels.js';

/** What colour a class has. Asked once for each class that occurs. */
export type ClassColors = (classId: number) => Color;

export interface OverlayOptions {
  /** How much of the class colour covers the picture, 0 to 1; 0.5 when left out. */
  readonly alpha?: number;
  /** The class whose pixels stay as they are: the background, where there is one. */
  readonly skipClass?: number;
}

/** How much of the outline's colour covers the picture. */
const OUTLINE_ALPHA = 0.9;

/** A picture this long for each pixel of outline, so that the line looks equally thin in all of them. */
const PICTURE_PIXELS_PER_OUTLINE_PIXEL = 600;

/**
 * Class ids as a picture of their colours.
 * @throws RangeError when there isn't one id for each of `width` × `height` pixels
 */
export function colorClassMap(
  classIds: ClassIds,
  width: number,
  height: number,
  colors: ClassColors,
): Pixels {
  requireOneIdPerPixel(classIds, width, height);
  const colorOf = remembered(colors);
  const data = new Uint8Array(classIds.length * 3);
  let lastClass = -1;
  let color: Color = [0, 0, 0];
  for (let i = 0, out = 0; i < classIds.length; i++) {
    const classId = classIds[i]!;
    if (classId !== lastClass) color = colorOf(classId);
    lastClass = classId;
    data[out++] = color[0];
    data[out++] = color[1];
    data[out++] = color[2];
  }
  return pixelsOf(data, width, height);
}

/**
 * The picture with its classes laid over it in their colours, and a thin outline along each class's border: darker
 * for light colours, lighter for dark ones, so that it shows against either.
 * @throws RangeError when there isn't one id for each pixel
 */
export function overlayClassMap(
  pixels: Pixels,
  classIds: ClassIds,
  colors: ClassColors,
  options: OverlayOptions = {},
): Pixels {
  const { width, height } = pixels;
  const { alpha = 0.5, skipClass = -1 } = options;
  requireOneIdPerPixel(classIds, width, height);
  const lineWidth = Math.max(1, Math.round(Math.max(width, height) / PICTURE_PIXELS_PER_OUTLINE_PIXEL));
  const isBorder = markClassBorders(classIds, width, height, lineWidth);
  const fillOf = remembered(colors);
  const outlineOf = remembered((classId) => outlineColor(fillOf(classId)));
  const data = pixels.data.slice();
  for (let i = 0; i < classIds.length; i++) {
    const classId = classIds[i]!;
    if (classId === skipClass) continue;
    if (isBorder[i] === 1) blend(data, i * 3, outlineOf(classId), OUTLINE_ALPHA);
    else blend(data, i * 3, fillOf(classId), alpha);
  }
  return pixelsOf(data, width, height);
}

function blend(data: Uint8Array, at: number, color: Color, alpha: number): void {
  const kept = 1 - alpha;
  data[at] = data[at]! * kept + color[0] * alpha + 0.5;
  data[at + 1] = data[at + 1]! * kept + color[1] * alpha + 0.5;
  data[at + 2] = data[at + 2]! * kept + color[2] * alpha + 0.5;
}

function outlineColor(fill: Color): Color {
  const isLight = lumaOf(fill) > 110;
  const [red, green, blue] = fill;
  return isLight
    ? [red * 0.4, green * 0.4, blue * 0.4]
    : [red + (255 - red) * 0.6, green + (255 - green) * 0.6, blue + (255 - blue) * 0.6];
}

function remembered(colors: ClassColors): ClassColors {
  const known: Color[] = [];
  return (classId) => {
    known[classId] ??= colors(classId);
    return known[classId];
  };
}

function requireOneIdPerPixel(classIds: ClassIds, width: number, height: number): void {
  if (classIds.length !== width * height) {
    throw new RangeError(
      `expected one class id for each of ${width} × ${height} = ${width * height} pixels, got ${classIds.length}`,
    );
  }
}
