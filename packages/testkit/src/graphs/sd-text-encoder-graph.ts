import { GraphBuilder, intAttribute, intsAttribute, modelBytes, node } from '../onnx/model-bytes.js';
import { type FloatType, onnxTypeOf, tensorInfo } from './float-types.js';
import { SD_TOKENS, SD_VOCABULARY_SIZE } from './sd-tokenizer.js';
import { addWeights } from './sd-weights.js';

export interface SdTextEncoderGraphOptions {
  /** Numbers for each token. */
  readonly width: number;
  /** Other weights. */
  readonly seed: number;
  readonly idsType?: 'int64' | 'int32';
  readonly type?: FloatType;
  /** Gives the hidden states of its layers, too, as encoders of SDXL do. */
  readonly givesHiddenStates?: boolean;
  /** Gives an embedding of the whole text, this wide, as the second encoder of SDXL does. */
  readonly textWidth?: number;
  readonly batch?: number;
}

const LAYERS = 3;

/**
 * A tiny text encoder, as optimum exports CLIP's. A token's embedding depends on the token, on its place and, from the
 * first layer on, on all tokens.
 * @returns the bytes of the `.onnx` file
 */
export function sdTextEncoderGraph(options: SdTextEncoderGraphOptions): Buffer {
  const { width, seed, idsType = 'int64', type = 'float32', textWidth, batch = 'batch_size' } = options;
  const builder = new GraphBuilder(['input_ids']);
  const table = addWeights(builder, 'table', { seed, dims: [SD_VOCABULARY_SIZE, width] });
  const places = addWeights(builder, 'places', { seed: seed + 1, dims: [SD_TOKENS, width], scale: 0.5 });
  const rows = builder.add('Gather', [table, 'input_ids'], 'rows', [intAttribute('axis', 0)]);
  const states = [builder.add('Add', [rows, places], 'state')];
  for (let layer = 0; layer < LAYERS; layer++) {
    const mean = meanOfTokens(builder, states.at(-1)!, 1);
    states.push(builder.add('Tanh', [builder.add('Add', [states.at(-1)!, mean], 'mixed')], 'state'));
  }
  const last = builder.add('Mul', [states.at(-1)!, builder.scalar(0.9)], 'normed');
  const outputs = [{ from: last, name: 'last_hidden_state', dims: [batch, SD_TOKENS, width] }];
  if (textWidth === undefined) {
    outputs.push({ from: meanOfTokens(builder, last, 0), name: 'pooler_output', dims: [batch, width] });
  } else {
    const projection = addWeights(builder, 'projection', { seed: seed + 2, dims: [width, textWidth] });
    const text = builder.add('MatMul', [meanOfTokens(builder, last, 0), projection], 'projected');
    outputs.unshift({ from: text, name: 'text_embeds', dims: [batch, textWidth] });
  }
  if (options.givesHiddenStates) {
    for (const [i, from] of states.entries()) {
      outputs.push({ from, name: `hidden_states.${i}`, dims: [batch, SD_TOKENS, width] });
    }
  }
  const graph = builder.graph(
    'text_encoder',
    [tensorInfo('input_ids', idsType, [batch, SD_TOKENS])],
    outputs.map(({ name, dims }) => tensorInfo(name, type, dims)),
  );
  const casts = outputs.map(({ from, name }) =>
    node('Cast', [from], [name], [intAttribute('to', onnxTypeOf(type))]),
  );
  return modelBytes({ ...graph, nodes: [...graph.nodes, ...casts] });
}

function meanOfTokens(builder: GraphBuilder, state: string, keepDimensions: 0 | 1): string {
  const attributes = [intsAttribute('axes', [1]), intAttribute('keepdims', keepDimensions)];
  return builder.add('ReduceMean', [state], 'mean', attributes);
}
