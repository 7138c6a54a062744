import {
  GraphBuilder,
  intAttribute,
  intsAttribute,
  modelBytes,
  node,
  type ValueInfo,
} from '../onnx/model-bytes.js';
import { type FloatType, ONNX_FLOAT, onnxTypeOf, tensorInfo } from './float-types.js';
import { SD_LATENT_CHANNELS } from './sd-unet-graph.js';
import { addWeights } from './sd-weights.js';

/** Pixels of a picture, in each direction, that are one number of its latents. */
export const SD_PIXELS_PER_LATENT = 8;

const RGB = 3;

export interface SdVaeDecoderGraphOptions {
  readonly type?: FloatType;
  /** Of latents. Default those of the network. */
  readonly channels?: number;
}

/**
 * The decoder of a tiny autoencoder: a picture of blocks, one for each place of the latents, whose colour depends on all
 * channels.
 * @returns the bytes of the `.onnx` file
 */
export function sdVaeDecoderGraph({
  type = 'float32',
  channels = SD_LATENT_CHANNELS,
}: SdVaeDecoderGraphOptions = {}): Buffer {
  const input = tensorInfo('latent_sample', type, ['batch_size', channels, 'height', 'width']);
  const output = tensorInfo('sample', type, ['batch_size', RGB, 'picture_height', 'picture_width']);
  return vaeGraph('vae_decoder', input, output, (builder, latents) => {
    const weights = addWeights(builder, 'weights', {
      seed: 31,
      dims: [RGB, channels, 1, 1],
      scale: 0.02,
    });
    const bias = addWeights(builder, 'bias', { seed: 32, dims: [RGB], scale: 0.3 });
    const colors = builder.add('Tanh', [builder.add('Conv', [latents, weights, bias], 'mixed')], 'colors');
    const scale = SD_PIXELS_PER_LATENT;
    const scales = builder.constant('scales', 'float32', [4], Float32Array.of(1, 1, scale, scale));
    return builder.add('Resize', [colors, '', scales], 'blocks');
  });
}

export interface SdVaeEncoderGraphOptions {
  /** Means and logarithms of variances, or the latents as older exports drew them: here the means. */
  readonly gives?: 'latent_parameters' | 'latent_sample';
  readonly type?: FloatType;
}

/**
 * The encoder of a tiny autoencoder: of each block of 8 × 8 pixels, mixtures of its mean colour.
 * @returns the bytes of the `.onnx` file
 */
export function sdVaeEncoderGraph(options: SdVaeEncoderGraphOptions = {}): Buffer {
  const { gives = 'latent_parameters', type = 'float32' } = options;
  const channels = gives === 'latent_parameters' ? 2 * SD_LATENT_CHANNELS : SD_LATENT_CHANNELS;
  const input = tensorInfo('sample', type, ['batch_size', RGB, 'picture_height', 'picture_width']);
  const output = tensorInfo(gives, type, ['batch_size', channels, 'height', 'width']);
  return vaeGraph('vae_encoder', input, output, (builder, picture) => {
    const block = [SD_PIXELS_PER_LATENT, SD_PIXELS_PER_LATENT];
    const attributes = [intsAttribute('kernel_shape', block), intsAttribute('strides', block)];
    const blocks = builder.add('AveragePool', [picture], 'blocks', attributes);
    const weights = addWeights(builder, 'weights', { seed: 33, dims: [channels, RGB, 1, 1], scale: 2 });
    return builder.add('Conv', [blocks, weights], 'mixed');
  });
}

function vaeGraph(
  name: string,
  input: ValueInfo,
  output: ValueInfo,
  add: (builder: GraphBuilder, value: string) => string,
): Buffer {
  const builder = new GraphBuilder([input.name, output.name]);
  const value = builder.add('Cast', [input.name], 'value', [intAttribute('to', ONNX_FLOAT)]);
  const answer = add(builder, value);
  const graph = builder.graph(name, [input], [output]);
  const to = onnxTypeOf(output.type as FloatType);
  return modelBytes({
    ...graph,
    nodes: [...graph.nodes, node('Cast', [answer], [output.name], [intAttribute('to', to)])],
  });
}
