import {
  GraphBuilder,
  intAttribute,
  intsAttribute,
  modelBytes,
  type Node,
  node,
  type ValueInfo,
} from '../onnx/model-bytes.js';
import { DEFAULT_SIDE, PIXELS_PER_CELL, type SamExport, type SamGraphOptions } from './sam-export.js';

export interface SamEncoderGraphOptions extends SamGraphOptions {
  /** Takes `[height, width, 3]` from 0 to 255 in any size that fits, and scales and pads by itself. */
  readonly prepares?: boolean;
  /** What the embedding is multiplied by: other weights. */
  readonly gain?: number;
}

/** What each export calls its embeddings, and how many times as fine as the first they are. */
const EMBEDDINGS: Readonly<Record<SamExport, Readonly<Record<string, number>>>> = {
  meta: { image_embeddings: 1 },
  transformers: { image_embeddings: 1, image_positional_embeddings: 1 },
  sam2: { high_res_feats_0: 4, high_res_feats_1: 2, image_embed: 1 },
};

/** The tensors between an encoder and a decoder. */
export function samEmbeddings({ exported, side = DEFAULT_SIDE }: SamGraphOptions): ValueInfo[] {
  const cells = side / PIXELS_PER_CELL;
  return Object.entries(EMBEDDINGS[exported]).map(([name, scale]) => ({
    name,
    type: 'float32',
    dims: [1, 3, scale * cells, scale * cells],
  }));
}

/**
 * The encoder of a tiny Segment Anything: its embedding is the picture itself, RGB as it is fed, averaged over blocks
 * of 2 × 2 pixels. For what the decoder makes of it see `samDecoderGraph`.
 * @returns the bytes of the `.onnx` file
 */
export function samEncoderGraph(options: SamEncoderGraphOptions): Buffer {
  const { exported, side = DEFAULT_SIDE, prepares, gain } = options;
  const input: ValueInfo = prepares
    ? { name: 'input_image', type: 'float32', dims: ['image_height', 'image_width', 3] }
    : {
        name: exported === 'transformers' ? 'pixel_values' : 'image',
        type: 'float32',
        dims: [1, 3, side, side],
      };
  const outputs = samEmbeddings(options);
  const builder = new GraphBuilder([input, ...outputs].map(({ name }) => name));
  const picture = prepares ? addPreparation(builder, input.name, side) : input.name;
  const block = [PIXELS_PER_CELL, PIXELS_PER_CELL];
  const attributes = [intsAttribute('kernel_shape', block), intsAttribute('strides', block)];
  const blocks = builder.add('AveragePool', [picture], 'blocks', attributes);
  const embedding =
    gain === undefined ? blocks : builder.add('Mul', [blocks, builder.scalar(gain)], 'gained');
  const nodes = Object.entries(EMBEDDINGS[exported]).map(([name, scale]) =>
    enlargingNode(builder, embedding, name, scale),
  );
  const graph = builder.graph('sam_encoder', [input], outputs);
  return modelBytes({ ...graph, nodes: [...graph.nodes, ...nodes] });
}

function enlargingNode(builder: GraphBuilder, embedding: string, name: string, scale: number): Node {
  if (scale === 1) return node('Identity', [embedding], [name]);
  const scales = builder.constant(`${name}_scales`, 'float32', [4], Float32Array.of(1, 1, scale, scale));
  return node('Resize', [embedding, '', scales], [name]);
}

/** Planes from 0 to 1, with 0 below and to the right up to the size that the network takes. */
function addPreparation(builder: GraphBuilder, picture: string, side: number): string {
  const planes = builder.add('Transpose', [picture], 'planes', [intsAttribute('perm', [2, 0, 1])]);
  const batch = builder.add('Unsqueeze', [planes, builder.integers([0])], 'batch');
  const scaled = builder.add('Mul', [batch, builder.scalar(1 / 255)], 'scaled');
  const shape = builder.add('Shape', [scaled], 'shape');
  const missing = builder.add('Sub', [builder.integers([1, 3, side, side]), shape], 'missing');
  const pads = builder.add('Concat', [builder.integers([0, 0, 0, 0]), missing], 'pads', [
    intAttribute('axis', 0),
  ]);
  return builder.add('Pad', [scaled, pads], 'padded');
}
