import type { Color } from './color.js';

/** 360° / golden ratio²: each further hue falls into the largest gap that those before it have left. */
const GOLDEN_ANGLE_DEGREES = 137.50776405003785;

/**
 * Lightness and chroma in OKLCH. All are far from black and white, to show on any picture. Colours of one shade
 * differ by their hue, so the hues of each shade are spread on their own.
 */
const SHADES: readonly (readonly [lightness: number, chroma: number])[] = [
  [0.66, 0.19],
  [0.82, 0.14],
  [0.52, 0.17],
];

/**
 * The colour of the index-th of things that are to be told apart: the same one every time, far from those of the
 * indices before it.
 * @param index from 0 on
 */
export function distinctColor(index: number): Color {
  const [lightness, chroma] = SHADES[index % SHADES.length]!;
  const round = Math.floor(index / SHADES.length);
  const hueDegrees = 20 + round * GOLDEN_ANGLE_DEGREES + ((index % SHADES.length) * 360) / SHADES.length;
  const hueRadians = ((hueDegrees % 360) * Math.PI) / 180;
  return oklabToSrgb(lightness, chroma * Math.cos(hueRadians), chroma * Math.sin(hueRadians));
}

/** Björn Ottosson's OKLab to sRGB; what lies outside sRGB is clipped. */
function oklabToSrgb(lightness: number, a: number, b: number): Color {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gammaEncode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    gammaEncode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    gammaEncode(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

/** Linear light to the sRGB curve (IEC 61966-2-1), as a byte. */
function gammaEncode(linear: number): number {
  const encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(Math.min(Math.max(encoded, 0), 1) * 255);
}
