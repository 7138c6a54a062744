import { modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { NetworkLayers } from '../network-layers.js';
import { activate, convolve, enlarge, type Planes } from './convolutions.js';
import { LATENT_CHANNELS, LATENT_SIDE, PICTURE_SIDE } from './diffusion-sizes.js';

/** At 64, 128, 256 and 512 a side; Stable Diffusion's has 512, 512, 256 and 128, and several blocks at each. */
const CHANNELS = [64, 48, 32, 16] as const;
const RGB = 3;

/**
 * A decoder from latents to pictures of 512 × 512 pixels, with random weights.
 * @returns the bytes of the `.onnx` file
 */
export function vaeDecoderGraph(): Buffer {
  const input: ValueInfo = {
    name: 'latent_sample',
    type: 'float32',
    dims: ['batch_size', LATENT_CHANNELS, LATENT_SIDE, LATENT_SIDE],
  };
  const layers = new NetworkLayers([input.name]);
  let planes: Planes = { value: input.name, channels: LATENT_CHANNELS, side: LATENT_SIDE };
  for (const [level, channels] of CHANNELS.entries()) {
    planes = convolve(layers, level === 0 ? planes : enlarge(layers, planes), channels);
  }
  const { value } = convolve(layers, activate(layers, planes), RGB);
  const { graph } = layers;
  const name = graph.add('Tanh', [value], 'sample');
  const output: ValueInfo = { name, type: 'float32', dims: ['batch_size', RGB, PICTURE_SIDE, PICTURE_SIDE] };
  return modelBytes(graph.graph('vae_decoder', [input], [output]));
}
