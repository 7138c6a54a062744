import type { Pixels, ResampledPixels } from '../pixels.js';
import { resampleCv2Linear } from './cv2-linear.js';
import { resampleDarknet } from './darknet.js';
import { resamplePilBicubic } from './pil-bicubic.js';
import { resamplePilBilinear } from './pil-bilinear.js';
import { resamplePilLanczos } from './pil-lanczos.js';
import type { Resampler } from './resampler.js';

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
 * @throws RangeError when a side is no positive integer
 */
export function resample(
  name: ResamplerName,
  pixels: Pixels,
  width: number,
  height: number,
): ResampledPixels {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`expected a size of positive integers to resample to, got ${width} × ${height}`);
  }
  return RESAMPLERS[name](pixels, width, height);
}
