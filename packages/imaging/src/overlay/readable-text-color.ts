import type { Color } from '../palettes/color.js';

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];

/**
 * Black or white, whichever stands out more from a background: by the contrast ratio of WCAG 2, which is at least
 * 4.5 so, what the guidelines ask of text.
 */
export function readableTextColor(background: Color): Color {
  const luminance = relativeLuminance(background);
  const contrastToBlack = (luminance + 0.05) / 0.05;
  const contrastToWhite = 1.05 / (luminance + 0.05);
  return contrastToBlack > contrastToWhite ? BLACK : WHITE;
}

/** 0 for black to 1 for white, after WCAG 2. */
export function relativeLuminance(color: Color): number {
  const [red, green, blue] = color.map(linearLight) as unknown as Color;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A byte on the sRGB curve (IEC 61966-2-1) as light, 0 to 1. */
function linearLight(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
