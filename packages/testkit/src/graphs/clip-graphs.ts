import {
  GraphBuilder,
  type GraphParts,
  intAttribute,
  intsAttribute,
  modelBytes,
  node,
  type ValueInfo,
} from '../onnx/model-bytes.js';
import { addBusyLoop, addHunger } from './burdens.js';
import { CLIP_COLORS, CLIP_TOKENS, CLIP_VOCABULARY_SIZE, clipTokenOf } from './clip-tokenizer.js';
import { type FloatType, ONNX_FLOAT, onnxTypeOf, tensorInfo } from './float-types.js';

export interface ClipGraphOptions {
  /** Of the picture’s input and of embeddings. Default `float32`. */
  readonly type?: FloatType;
  readonly idsType?: 'int64' | 'int32';
  /** Takes an `attention_mask`. Default true. */
  readonly takesMask?: boolean;
  /** Texts or pictures in one run. Default any. */
  readonly batch?: number;
  /** How many tokens a text has; `null`: any. */
  readonly tokens?: number | null;
  /** Width and height of pictures. */
  readonly side?: number;
  /** Of embeddings; more numbers than three are 0. */
  readonly width?: number;
  /** What embeddings are called: with projection `text_embeds` and `image_embeds` (default), else `pooler_output`. */
  readonly isProjected?: boolean;
  /** What embeddings are multiplied by: other weights, and the same directions. Default 1. */
  readonly gain?: number;
  /** More texts, or pictures, than these end in ONNX Runtime's own out-of-memory error. Default any. */
  readonly fitsRows?: number;
  /** So many products of large matrices in each run: some milliseconds each. The answer stays the same. */
  readonly busyIterations?: number;
}

export interface WholeClipGraphOptions extends ClipGraphOptions {
  readonly scale?: number;
  readonly bias?: number;
  /** Without, there are embeddings alone. Default true. */
  readonly givesLogits?: boolean;
}

/** Of pictures, in pixels. */
export const CLIP_SIDE = 16;
const COLORS = 3;
/** Keeps embeddings of black, and of texts without a colour, from being nothing. */
const LEAST = 0.05;

/**
 * The text encoder of a tiny CLIP: the embedding of a text is the mean of the colours that it names.
 * @returns the bytes of the `.onnx` file
 */
export function clipTextGraph(options: ClipGraphOptions = {}): Buffer {
  const inputs = textInputs(options, 'batch_size');
  const name = options.isProjected === false ? 'pooler_output' : 'text_embeds';
  const builder = new GraphBuilder([...inputs, { name }].map((value) => value.name));
  const embedding = addTextEncoder(builder, options);
  return modelBytes(
    withOutputs(builder, 'text_model', inputs, [[name, embedding, widthOf(options)]], options),
  );
}

/**
 * The picture encoder of a tiny CLIP: the embedding of a picture is its mean colour, from pixels of 0 to 1.
 * @returns the bytes of the `.onnx` file
 */
export function clipPictureGraph(options: ClipGraphOptions = {}): Buffer {
  const inputs = [pictureInput(options, 'batch_size')];
  const name = options.isProjected === false ? 'pooler_output' : 'image_embeds';
  const builder = new GraphBuilder([...inputs, { name }].map((value) => value.name));
  const embedding = addPictureEncoder(builder, options);
  return modelBytes(
    withOutputs(builder, 'vision_model', inputs, [[name, embedding, widthOf(options)]], options),
  );
}

/**
 * Both encoders in one graph, with the similarities of all texts and pictures times a scale plus a bias.
 * @returns the bytes of the `.onnx` file
 */
export function clipWholeGraph(options: WholeClipGraphOptions = {}): Buffer {
  const { scale = 20, bias = 0, givesLogits = true } = options;
  const inputs = [...textInputs(options, 'text_batch_size'), pictureInput(options, 'image_batch_size')];
  const names = ['logits_per_image', 'logits_per_text', 'text_embeds', 'image_embeds'];
  const builder = new GraphBuilder([...inputs.map(({ name }) => name), ...names]);
  const texts = addTextEncoder(builder, options);
  const pictures = addPictureEncoder(builder, options);
  const transposed = builder.add('Transpose', [unit(builder, texts)], 'transposed');
  const cosines = builder.add('MatMul', [unit(builder, pictures), transposed], 'cosines');
  const scaled = builder.add('Mul', [cosines, builder.scalar(scale)], 'scaled');
  const logits = builder.add('Add', [scaled, builder.scalar(bias)], 'logits');
  const logitsOfTexts = builder.add('Transpose', [logits], 'logits_of_texts');
  const width = widthOf(options);
  const outputs: [string, string, number | string][] = [
    ...(givesLogits
      ? ([
          ['logits_per_image', logits, 'text_batch_size'],
          ['logits_per_text', logitsOfTexts, 'image_batch_size'],
        ] as [string, string, string][])
      : []),
    ['text_embeds', texts, width],
    ['image_embeds', pictures, width],
  ];
  return modelBytes(withOutputs(builder, 'clip', inputs, outputs, options));
}

const widthOf = ({ width = COLORS }: ClipGraphOptions) => width;

function textInputs(
  { idsType = 'int64', takesMask = true, batch, tokens = CLIP_TOKENS }: ClipGraphOptions,
  batchName: string,
): ValueInfo[] {
  const dims = [batch ?? batchName, tokens ?? 'sequence_length'];
  return [
    tensorInfo('input_ids', idsType, dims),
    ...(takesMask ? [tensorInfo('attention_mask', idsType, dims)] : []),
  ];
}

function pictureInput({ type = 'float32', batch, side = CLIP_SIDE }: ClipGraphOptions, batchName: string) {
  return tensorInfo('pixel_values', type, [batch ?? batchName, COLORS, side, side]);
}

function addTextEncoder(builder: GraphBuilder, options: ClipGraphOptions): string {
  const { takesMask = true } = options;
  const table = new Float32Array(CLIP_VOCABULARY_SIZE * COLORS);
  for (const [word, color] of Object.entries(CLIP_COLORS)) table.set(color, clipTokenOf(word) * COLORS);
  const rows = builder.constant('table', 'float32', [CLIP_VOCABULARY_SIZE, COLORS], table);
  let tokens = builder.add('Gather', [rows, 'input_ids'], 'tokens', [intAttribute('axis', 0)]);
  if (takesMask) {
    const mask = builder.add('Cast', ['attention_mask'], 'mask', [intAttribute('to', ONNX_FLOAT)]);
    const column = builder.add('Unsqueeze', [mask, builder.integers([2])], 'mask_column');
    tokens = builder.add('Mul', [tokens, column], 'seen_tokens');
  }
  const sum = builder.add('ReduceSum', [tokens, builder.integers([1])], 'colors', [
    intAttribute('keepdims', 0),
  ]);
  return addEnd(builder, sum, 'input_ids', options);
}

function addPictureEncoder(builder: GraphBuilder, options: ClipGraphOptions): string {
  const pixels = builder.add('Cast', ['pixel_values'], 'pixels', [intAttribute('to', ONNX_FLOAT)]);
  const mean = builder.add('ReduceMean', [pixels], 'mean_color', [
    intsAttribute('axes', [2, 3]),
    intAttribute('keepdims', 0),
  ]);
  return addEnd(builder, mean, 'pixel_values', options);
}

/** What both encoders end in. @param of the input that has as many rows */
function addEnd(
  builder: GraphBuilder,
  colors: string,
  of: string,
  { width = COLORS, gain = 1, fitsRows, busyIterations }: ClipGraphOptions,
): string {
  let embedding = builder.add('Add', [colors, builder.scalar(LEAST)], 'embedding');
  if (width !== COLORS) {
    const pads = builder.integers([0, 0, 0, width - COLORS]);
    embedding = builder.add('Pad', [embedding, pads], 'padded');
  }
  if (gain !== 1) embedding = builder.add('Mul', [embedding, builder.scalar(gain)], 'gained');
  if (fitsRows !== undefined) embedding = addHunger(builder, embedding, { of, fitsRows });
  return busyIterations === undefined ? embedding : addBusyLoop(builder, embedding, busyIterations);
}

function unit(builder: GraphBuilder, embedding: string): string {
  const length = builder.add('ReduceL2', [embedding], 'length', [intsAttribute('axes', [1])]);
  return builder.add('Div', [embedding, length], 'unit');
}

function withOutputs(
  builder: GraphBuilder,
  name: string,
  inputs: readonly ValueInfo[],
  outputs: readonly (readonly [name: string, value: string, columns: number | string])[],
  { type = 'float32', batch }: ClipGraphOptions,
): GraphParts {
  const graph = builder.graph(
    name,
    inputs,
    outputs.map(([output, , columns]) => tensorInfo(output, type, [batch ?? `${output}_rows`, columns])),
  );
  const casts = outputs.map(([output, value]) =>
    node('Cast', [value], [output], [intAttribute('to', onnxTypeOf(type))]),
  );
  return { ...graph, nodes: [...graph.nodes, ...casts] };
}
