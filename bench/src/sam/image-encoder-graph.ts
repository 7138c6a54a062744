import { intsAttribute, modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { NetworkLayers } from '../network-layers.js';
import { EMBEDDING_CHANNELS, EMBEDDING_SIDE, INPUT_SIDE } from './sam-sizes.js';

/** How many blocks there are: `vit-b` of segment-anything, and none where the encoder isn't what is looked at. */
const BLOCKS = { 'vit-b': 12, none: 0 } as const;
export type EncoderSize = keyof typeof BLOCKS;
const WIDTH = 768;
const HEADS = 12;
const HIDDEN = 4 * WIDTH;
const PATCH = 16;
const WINDOW = 14;
/** Blocks in which every token attends to all others, not only to those in its window. */
const GLOBAL_BLOCKS: readonly number[] = [2, 5, 8, 11];

/**
 * An image encoder of the size of segment-anything's ViT-B, in the way of transformers' split, with random weights. As
 * the original but for relative positions, which are not added to attention.
 * @returns the bytes of the `.onnx` file, of ViT-B about 360 MB
 */
export function imageEncoderGraph(size: EncoderSize): Buffer {
  const input: ValueInfo = { name: 'pixel_values', type: 'float32', dims: [1, 3, INPUT_SIDE, INPUT_SIDE] };
  const embedding = [1, EMBEDDING_CHANNELS, EMBEDDING_SIDE, EMBEDDING_SIDE];
  const layers = new NetworkLayers([input.name]);
  let tokens = addPatches(layers, input.name);
  for (let block = 0; block < BLOCKS[size]; block++) tokens = addBlock(layers, tokens, block);
  const image = addNeck(layers, tokens);
  const { graph } = layers;
  const positions = layers.weights('positions', embedding, 3);
  const outputs = [
    { from: image, name: 'image_embeddings' },
    { from: positions, name: 'image_positional_embeddings' },
  ].map(({ from, name }): ValueInfo => {
    return { name: graph.add('Identity', [from], name), type: 'float32', dims: embedding };
  });
  return modelBytes(graph.graph('image_encoder', [input], outputs));
}

/** `[1, 64, 64, 768]` */
function addPatches(layers: NetworkLayers, pixels: string): string {
  const weight = layers.weights('patches_weight', [WIDTH, 3, PATCH, PATCH], 3 * PATCH ** 2);
  const sides = [PATCH, PATCH];
  const patches = layers.graph.add('Conv', [pixels, weight], 'patches', [
    intsAttribute('kernel_shape', sides),
    intsAttribute('strides', sides),
  ]);
  const last = layers.transpose(patches, [0, 2, 3, 1], 'patches');
  const positions = layers.weights('patch_positions', [1, EMBEDDING_SIDE, EMBEDDING_SIDE, WIDTH], 3);
  return layers.graph.add('Add', [last, positions], 'patches');
}

function addBlock(layers: NetworkLayers, tokens: string, block: number): string {
  const { graph } = layers;
  const name = `block_${block}`;
  const normed = layers.norm(tokens, WIDTH, name);
  const attended = GLOBAL_BLOCKS.includes(block)
    ? layers.reshape(
        addAttention(layers, layers.reshape(normed, [1, -1, WIDTH], name), name),
        [1, EMBEDDING_SIDE, EMBEDDING_SIDE, WIDTH],
        name,
      )
    : addWindows(layers, normed, name);
  const between = graph.add('Add', [tokens, attended], name);
  const hidden = layers.gelu(layers.linear(layers.norm(between, WIDTH, name), WIDTH, HIDDEN, name), name);
  return graph.add('Add', [between, layers.linear(hidden, HIDDEN, WIDTH, name)], name);
}

/** Attention within windows of 14 × 14 tokens, for which the picture is padded from 64 to 70. */
function addWindows(layers: NetworkLayers, tokens: string, name: string): string {
  const { graph } = layers;
  const windows = Math.ceil(EMBEDDING_SIDE / WINDOW);
  const padding = windows * WINDOW - EMBEDDING_SIDE;
  const padded = graph.add('Pad', [tokens, graph.integers([0, 0, 0, 0, 0, padding, padding, 0])], name);
  const split = layers.reshape(padded, [windows, WINDOW, windows, WINDOW, WIDTH], name);
  const swapped = layers.transpose(split, [0, 2, 1, 3, 4], name);
  const attended = addAttention(layers, layers.reshape(swapped, [windows ** 2, -1, WIDTH], name), name);
  const apart = layers.reshape(attended, [windows, windows, WINDOW, WINDOW, WIDTH], name);
  const side = windows * WINDOW;
  const whole = layers.reshape(layers.transpose(apart, [0, 2, 1, 3, 4], name), [1, side, side, WIDTH], name);
  const [first, end, axes] = [
    [0, 0],
    [EMBEDDING_SIDE, EMBEDDING_SIDE],
    [1, 2],
  ];
  return graph.add('Slice', [whole, graph.integers(first), graph.integers(end), graph.integers(axes)], name);
}

/** Each token attends to all of its window: `[windows, tokens, 768]`. */
function addAttention(layers: NetworkLayers, tokens: string, name: string): string {
  const [queries, keys, values] = ['queries', 'keys', 'values'].map((part) =>
    layers.linear(tokens, WIDTH, WIDTH, `${name}_${part}`),
  ) as [string, string, string];
  const attended = layers.attend({ queries, keys, values, size: WIDTH, heads: HEADS, name });
  return layers.linear(attended, WIDTH, WIDTH, name);
}

function addNeck(layers: NetworkLayers, tokens: string): string {
  const convolve = (x: string, inputs: number, side: number) => {
    const weight = layers.weights(
      'neck_weight',
      [EMBEDDING_CHANNELS, inputs, side, side],
      inputs * side ** 2,
    );
    const padding = (side - 1) / 2;
    const convolved = layers.graph.add('Conv', [x, weight], 'neck', [
      intsAttribute('kernel_shape', [side, side]),
      intsAttribute('pads', [padding, padding, padding, padding]),
    ]);
    return layers.channelNorm(convolved, EMBEDDING_CHANNELS, 'neck');
  };
  return convolve(convolve(layers.transpose(tokens, [0, 3, 1, 2], 'neck'), WIDTH, 1), EMBEDDING_CHANNELS, 3);
}
