import type { GenerationOptions } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { LatentCodec } from './latent-codec.js';
import { type LatentSize, lengthOf } from './latent-size.js';
import type { NoiseSource } from './noise/noise-source.js';
import type { Scheduler } from './schedulers/scheduler.js';

/** What a generation begins with. */
interface Beginning {
  readonly scheduler: Scheduler;
  /** Drawn from in diffusers' order: the picture's latents first, then the noise of all. */
  readonly noise: NoiseSource;
  readonly size: LatentSize;
  readonly pictures: number;
}

/** Noise alone, as much as the scheduler begins with: `[pictures, channels, height, width]`. */
export function noiseLatents({ scheduler, noise, size, pictures }: Beginning): Float32Array {
  const latents = new Float32Array(pictures * lengthOf(size));
  noise.fill(latents);
  const sigma = Math.fround(scheduler.initNoiseSigma);
  for (let i = 0; i < latents.length; i++) latents[i] = latents[i]! * sigma;
  return latents;
}

/** A picture's latents for each picture that is to be made, with noise over them. */
export async function pictureLatents(
  picture: Pixels,
  codec: LatentCodec,
  options: GenerationOptions,
  { scheduler, noise, size, pictures }: Beginning,
): Promise<Float32Array> {
  // One seed for all draws the picture's latents once; a list draws them for each.
  const drawn = typeof options.seed === 'number' ? 1 : pictures;
  const encoded = await codec.encode(picture, { pictures: drawn, size, noise });
  const latents = new Float32Array(pictures * lengthOf(size));
  const original = new Float32Array(latents.length);
  for (let at = 0; at < original.length; at += encoded.length) original.set(encoded, at);
  const added = new Float32Array(latents.length);
  noise.fill(added);
  scheduler.addNoise(original, added, latents);
  return latents;
}
