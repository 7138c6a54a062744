import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';
import { type Pixels, pixelsOf, type ResampledPixels } from './pixels.js';

export type ChannelOrder = 'rgb' | 'bgr';

/** `nchw`: one plane for each channel. `nhwc`: the channels of a pixel side by side. */
export type TensorLayout = 'nchw' | 'nhwc';

/** One number for each channel, in the tensor's channel order. */
export type PerChannel = readonly [number, number, number];

/** A value from 0 to 255 becomes `(value * scale - mean) / std`. */
export interface Normalization {
  readonly scale: number;
  readonly mean: PerChannel;
  readonly std: PerChannel;
  readonly channelOrder: ChannelOrder;
  readonly layout: TensorLayout;
}

/** The picture as a batch of one: `[1, 3, height, width]` or `[1, height, width, 3]`. */
export function pixelsToTensor(pixels: ResampledPixels, normalization: Normalization): Float32Tensor {
  const { width, height, data } = pixels;
  const count = width * height;
  const tensorData = new Float32Array(count * 3);
  for (let channel = 0; channel < 3; channel++) {
    const { from, to, step } = channelAddress(channel, count, normalization);
    const normalize = normalizerOf(channel, normalization);
    if (data instanceof Uint8Array) {
      const normalized = Float32Array.from({ length: 256 }, (_, value) => normalize(value));
      for (let i = 0; i < count; i++) tensorData[to + i * step] = normalized[data[from + i * 3]!]!;
    } else {
      for (let i = 0; i < count; i++) tensorData[to + i * step] = normalize(data[from + i * 3]!);
    }
  }
  return float32Tensor(tensorData, dimsOf(width, height, normalization.layout));
}

/**
 * What the network saw: the first picture of a batch as {@link pixelsToTensor} makes it, back in RGB, rounded and
 * clipped to 8 bits.
 * @throws RangeError when the tensor is not of the layout's shape
 */
export function tensorToPixels(tensor: Float32Tensor, normalization: Normalization): Pixels {
  const isPlanar = normalization.layout === 'nchw';
  const [batch = 0, a = 0, b = 0, c = 0] = tensor.dims;
  const [channels, height, width] = isPlanar ? [a, b, c] : [c, a, b];
  if (tensor.dims.length !== 4 || batch < 1 || channels !== 3) {
    const expected = isPlanar ? '[batch, 3, height, width]' : '[batch, height, width, 3]';
    throw new RangeError(`expected a tensor of shape ${expected}, got [${tensor.dims.join(', ')}]`);
  }
  const count = width * height;
  const bytes = new Uint8ClampedArray(count * 3);
  for (let channel = 0; channel < 3; channel++) {
    const { from, to, step } = channelAddress(channel, count, normalization);
    const mean = normalization.mean[channel]!;
    const std = normalization.std[channel]!;
    for (let i = 0; i < count; i++) {
      bytes[from + i * 3] = (tensor.data[to + i * step]! * std + mean) / normalization.scale;
    }
  }
  return pixelsOf(new Uint8Array(bytes.buffer), width, height);
}

/** Where a channel of the tensor begins in the interleaved RGB values and in the tensor, and its step there. */
function channelAddress(channel: number, count: number, { channelOrder, layout }: Normalization) {
  const from = channelOrder === 'rgb' ? channel : 2 - channel;
  return layout === 'nchw' ? { from, to: channel * count, step: 1 } : { from, to: channel, step: 3 };
}

function normalizerOf(channel: number, { scale, mean, std }: Normalization): (value: number) => number {
  const channelMean = mean[channel]!;
  const channelStd = std[channel]!;
  return (value) => (value * scale - channelMean) / channelStd;
}

function dimsOf(width: number, height: number, layout: TensorLayout): number[] {
  return layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
}
