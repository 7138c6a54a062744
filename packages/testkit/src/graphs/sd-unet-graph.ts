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
import { type FloatType, ONNX_FLOAT, onnxTypeOf, tensorInfo } from './float-types.js';
import { SD_TOKENS } from './sd-tokenizer.js';
import { addWeights } from './sd-weights.js';

export interface SdUnetGraphOptions {
  /** Numbers for each token. */
  readonly width: number;
  readonly type?: FloatType;
  readonly timestep?: { readonly type: 'int64' | FloatType; readonly dims: readonly (number | string)[] };
  /** Is told the guidance scale in so many numbers: a latent consistency model. */
  readonly guidanceLength?: number;
  /** Is told embeddings of whole texts, this wide, and sizes: SDXL. */
  readonly textWidth?: number;
  /** Default any. */
  readonly batch?: number;
  /** Rows and columns of latents. Default any. */
  readonly latentSize?: readonly [number, number];
  /** More rows than these end in ONNX Runtime's own out-of-memory error. Default any. */
  readonly fitsRows?: number;
  /** So many products of large matrices in each run: some milliseconds each. The answer stays the same. */
  readonly busyIterations?: number;
}

export const SD_LATENT_CHANNELS = 4;
const TIME_IDS = 6;

/**
 * A tiny UNet, as optimum exports those of Stable Diffusion. What it says of a number of the latents depends on the
 * number, its neighbours, the time, the tokens in their order, and whatever else it is told.
 * @returns the bytes of the `.onnx` file
 */
export function sdUnetGraph(options: SdUnetGraphOptions): Buffer {
  return modelBytes(sdUnetParts(options));
}

export function sdUnetParts(options: SdUnetGraphOptions): GraphParts {
  const { type = 'float32', fitsRows, busyIterations } = options;
  const inputs = inputsOf(options);
  const builder = new GraphBuilder([...inputs.map(({ name }) => name), 'out_sample']);
  const floats = new Map(
    inputs.map(({ name }) => [
      name,
      builder.add('Cast', [name], `${name}_float`, [intAttribute('to', ONNX_FLOAT)]),
    ]),
  );
  const sample = floats.get('sample')!;
  const told = addTold(builder, floats, options);
  let noise = addNoiseEstimate(builder, sample, told);
  if (fitsRows !== undefined) noise = addHunger(builder, noise, { of: 'sample', fitsRows });
  if (busyIterations !== undefined) noise = addBusyLoop(builder, noise, busyIterations);
  const [first] = inputs as [ValueInfo];
  const graph = builder.graph('unet', inputs, [tensorInfo('out_sample', type, first.dims)]);
  const last = node('Cast', [noise], ['out_sample'], [intAttribute('to', onnxTypeOf(type))]);
  return { ...graph, nodes: [...graph.nodes, last] };
}

function inputsOf(options: SdUnetGraphOptions): ValueInfo[] {
  const { type = 'float32', batch = 'batch_size', width, guidanceLength, textWidth } = options;
  const [height, columns] = options.latentSize ?? ['height', 'width'];
  const { timestep = { type: 'int64', dims: [] } } = options;
  return [
    tensorInfo('sample', type, [batch, SD_LATENT_CHANNELS, height, columns]),
    tensorInfo('timestep', timestep.type, timestep.dims),
    tensorInfo('encoder_hidden_states', type, [batch, SD_TOKENS, width]),
    ...(guidanceLength ? [tensorInfo('timestep_cond', type, [batch, guidanceLength])] : []),
    ...(textWidth
      ? [tensorInfo('text_embeds', type, [batch, textWidth]), tensorInfo('time_ids', type, [batch, TIME_IDS])]
      : []),
  ];
}

/** What it is told beside the latents, as one number for each channel: `[rows, channels]`. */
function addTold(
  builder: GraphBuilder,
  inputs: ReadonlyMap<string, string>,
  { width, guidanceLength, textWidth }: SdUnetGraphOptions,
): string {
  const weighted = (name: string, value: string, length: number, seed: number, scale: number) => {
    const weights = addWeights(builder, `${name}_weights`, {
      seed,
      dims: [length, SD_LATENT_CHANNELS],
      scale,
    });
    return builder.add('MatMul', [value, weights], `${name}_told`);
  };
  const parts = [addTime(builder, inputs.get('timestep')!)];
  const places = addWeights(builder, 'token_places', { seed: 21, dims: [1, SD_TOKENS, 1] });
  const placed = builder.add('Mul', [inputs.get('encoder_hidden_states')!, places], 'placed');
  const mean = builder.add('ReduceMean', [placed], 'tokens', [
    intsAttribute('axes', [1]),
    intAttribute('keepdims', 0),
  ]);
  parts.push(weighted('tokens', mean, width, 22, 2));
  if (guidanceLength) parts.push(weighted('scale', inputs.get('timestep_cond')!, guidanceLength, 23, 0.1));
  if (textWidth) {
    parts.push(weighted('texts', inputs.get('text_embeds')!, textWidth, 24, 0.5));
    parts.push(weighted('sizes', inputs.get('time_ids')!, TIME_IDS, 25, 0.005));
  }
  return parts.reduce((sum, part) => builder.add('Add', [sum, part], 'told'));
}

/** A timestep for all rows, or one for each. */
function addTime(builder: GraphBuilder, timestep: string): string {
  const column = builder.add('Reshape', [timestep, builder.integers([-1, 1])], 'time_column');
  const scaled = builder.add('Mul', [column, builder.scalar(0.01)], 'time_scaled');
  const phases = addWeights(builder, 'phases', { seed: 26, dims: [1, SD_LATENT_CHANNELS], scale: 3 });
  return builder.add('Sin', [builder.add('Add', [scaled, phases], 'time_phased')], 'time_told');
}

/** `0.7 x / √(1 + x²) + 0.3 tanh(3 × 3 convolution of x + told)` */
function addNoiseEstimate(builder: GraphBuilder, sample: string, told: string): string {
  const bias = builder.add('Unsqueeze', [told, builder.integers([2, 3])], 'bias');
  const kernel = addWeights(builder, 'kernel', {
    seed: 27,
    dims: [SD_LATENT_CHANNELS, SD_LATENT_CHANNELS, 3, 3],
    scale: 0.2,
  });
  const convolved = builder.add('Conv', [sample, kernel], 'convolved', [intsAttribute('pads', [1, 1, 1, 1])]);
  const bent = builder.add('Tanh', [builder.add('Add', [convolved, bias], 'biased')], 'bent');
  const square = builder.add('Mul', [sample, sample], 'square');
  const root = builder.add('Sqrt', [builder.add('Add', [square, builder.scalar(1)], 'above_one')], 'root');
  const squashed = builder.add('Div', [sample, root], 'squashed');
  return builder.add(
    'Add',
    [
      builder.add('Mul', [squashed, builder.scalar(0.7)], 'own_part'),
      builder.add('Mul', [bent, builder.scalar(0.3)], 'bent_part'),
    ],
    'noise',
  );
}
