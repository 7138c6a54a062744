import type { Pixels, ResampledPixels } from '../pixels.js';
import { resampleCv2Linear } from './cv2-linear.js';
import { resampleDarknet } from './darknet.js';
import { resamplePilBicubic } from './pil-bicubic.js';
import { resamplePilBilinear } from './pil-bilinear.js';
import { resamplePilLanczos } from './pil-lanczos.js';
import type { ResampledPart, Resampler } from './resampler.js';

/** The resamplers a model may name as the one it was trained with. */
export const RESAMPLER_NAMES = [
  'pil-bilinear',
  'pil-bicubic',
  'pil-lanczos',
  'cv2-linear',
  'darknet',
] as const;

export type ResamplerName = (typeof RESAMPLER_NAMES)[number];

const RESAMPLERS: Readonly<Record<ResamplerName, Resampler>> = {
  'pil-bilinear': resamplePilBilinear,
  'pil-bicubic': resamplePilBicubic,
  'pil-lanczos': resamplePilLanczos,
  'cv2-linear': resampleCv2Linear,
  darknet: resampleDarknet,
};

/**
 * The picture at another size. `darknet` gives floating point values from 0 to 255, the others bytes. The result
 * may share its data with the picture given where nothing had to change.
 * @param part of the result that is wanted, all of it when left out: what a whole one shows there, and no more work
 * @throws RangeError when a side is no positive integer, or the part is not inside
 */
export function resample(
  name: ResamplerName,
  pixels: Pixels,
  width: number,
  height: number,
  part: ResampledPart = { x: 0, y: 0, width, height },
): ResampledPixels {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`expected a size of positive integers to resample to, got ${width} × ${height}`);
  }
  requireInside(part, width, height);
  return RESAMPLERS[name](pixels, width, height, part);
}

function requireInside({ x, y, ...size }: ResampledPart, width: number, height: number): void {
  const isWhole = [x, y, size.width, size.height].every(Number.isInteger);
  const isInside = x >= 0 && y >= 0 && x + size.width <= width && y + size.height <= height;
  if (isWhole && isInside && size.width > 0 && size.height > 0) return;
  throw new RangeError(
    `expected a part inside ${width} × ${height} pixels, got ${size.width} × ${size.height} at ${x}, ${y}`,
  );
}
