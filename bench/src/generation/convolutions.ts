import { floatAttribute, intsAttribute, stringAttribute } from '@darkroom/onnx-file';
import type { NetworkLayers } from '../network-layers.js';

/** Channels and rows and columns of `[batch, channels, side, side]`. */
export interface Planes {
  readonly value: string;
  readonly channels: number;
  readonly side: number;
}

const KERNEL = 3;
const GROUPS = 16;
const EPSILON = 1e-5;

/** 3 × 3 pixels, with a stride of 2 to half the side. */
export function convolve(
  layers: NetworkLayers,
  { value, channels, side }: Planes,
  outputs: number,
  stride: 1 | 2 = 1,
): Planes {
  const fanIn = channels * KERNEL ** 2;
  const inputs = [
    value,
    layers.weights('kernel', [outputs, channels, KERNEL, KERNEL], fanIn),
    layers.weights('bias', [outputs], fanIn),
  ];
  const attributes = [intsAttribute('pads', [1, 1, 1, 1]), intsAttribute('strides', [stride, stride])];
  return {
    value: layers.graph.add('Conv', inputs, 'convolved', attributes),
    channels: outputs,
    side: side / stride,
  };
}

/** Group normalization as exports write it, and SiLU: what comes before each convolution. */
export function activate(layers: NetworkLayers, planes: Planes): Planes {
  return { ...planes, value: silu(layers, normalizeGroups(layers, planes)) };
}

export function normalizeGroups(layers: NetworkLayers, { value, channels, side }: Planes): string {
  const { graph } = layers;
  const ones = (count: number) => new Float32Array(count).fill(1);
  const groups = layers.reshape(value, [0, GROUPS, -1], 'groups');
  const scale = graph.constant('group_scale', 'float32', [GROUPS], ones(GROUPS));
  const shift = graph.constant('group_shift', 'float32', [GROUPS], new Float32Array(GROUPS));
  const epsilon = [floatAttribute('epsilon', EPSILON)];
  const normal = graph.add('InstanceNormalization', [groups, scale, shift], 'normal', epsilon);
  const planes = layers.reshape(normal, [0, channels, side, side], 'normal');
  const weights = graph.constant('channel_scale', 'float32', [channels, 1, 1], ones(channels));
  const scaled = graph.add('Mul', [planes, weights], 'normal');
  return graph.add('Add', [scaled, layers.weights('channel_shift', [channels, 1, 1], channels)], 'normal');
}

export function silu({ graph }: NetworkLayers, value: string): string {
  return graph.add('Mul', [value, graph.add('Sigmoid', [value], 'gate')], 'activated');
}

/** Each pixel four times. */
export function enlarge({ graph }: NetworkLayers, { value, channels, side }: Planes): Planes {
  const scales = graph.constant('scales', 'float32', [4], Float32Array.of(1, 1, 2, 2));
  const attributes = [
    stringAttribute('mode', 'nearest'),
    stringAttribute('nearest_mode', 'floor'),
    stringAttribute('coordinate_transformation_mode', 'asymmetric'),
  ];
  return {
    value: graph.add('Resize', [value, '', scales], 'enlarged', attributes),
    channels,
    side: 2 * side,
  };
}
