import { DarkroomError } from '@darkroom/contracts';
import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';

/** Logarithms of variances beyond these are taken for these, as diffusers does it. */
const LEAST_LOG_VARIANCE = -30;
const MOST_LOG_VARIANCE = 20;

/**
 * Latents of pictures, drawn from what the encoder of an autoencoder gives: mean and logarithm of the variance of
 * each number. `DiagonalGaussianDistribution.sample` of diffusers.
 * @param parameters `[pictures, 2 × channels, height, width]`, the means before the variances
 * @param noise as long as the latents
 * @returns `[pictures, channels, height, width]`
 * @throws DarkroomError `inference_failed` when the encoder gives something else
 */
export function drawLatents(parameters: Float32Tensor, noise: Float32Array): Float32Tensor {
  const { fround } = Math;
  const [pictures = 0, twiceChannels = 0, ...size] = parameters.dims;
  const half = parameters.data.length / pictures / 2;
  if (size.length !== 2 || twiceChannels % 2 !== 0 || noise.length !== pictures * half) {
    throw new DarkroomError(
      'inference_failed',
      `Expected means and variances of ${noise.length} numbers from the encoder, got a tensor of ` +
        `[${parameters.dims.join(', ')}].`,
    );
  }
  const latents = new Float32Array(noise.length);
  for (let i = 0; i < latents.length; i++) {
    const mean = Math.floor(i / half) * half + i;
    const logVariance = parameters.data[mean + half]!;
    const clipped = Math.min(Math.max(logVariance, LEAST_LOG_VARIANCE), MOST_LOG_VARIANCE);
    const deviation = fround(Math.exp(fround(0.5 * clipped)));
    latents[i] = parameters.data[mean]! + fround(deviation * noise[i]!);
  }
  return float32Tensor(latents, [pictures, twiceChannels / 2, ...size]);
}
