import type { ModelProblem } from '@darkroom/model-catalog';
import { describeSpec, type GraphSignature, type TensorSpec, type TensorType } from '@darkroom/tensor';
import { FEED_TYPES } from '../feed-tensor.js';
import { type Finding, inGraph, problemsFrom } from '../finding.js';
import type { GraphPart } from './parts.js';

/** The text encoder: token ids `[batch, tokens]` in, an embedding of each token out, and with some one of the whole text. */
export interface TextEncoderSignature {
  readonly idsName: string;
  readonly idsType: TensorType;
  /** How many tokens a text has; `null` where it is free. */
  readonly tokenCount: number | null;
  /** The output with an embedding of each token. */
  readonly tokensOutput: string;
  /** The output with an embedding of the whole text, projected; `null` where there is none. */
  readonly textOutput: string | null;
}

/** The network that denoises. */
export interface UnetSignature {
  readonly inputs: Readonly<Record<UnetInput, TensorSpec | null>>;
  readonly outputName: string;
  readonly latentChannels: number;
  /** Rows and columns of latents; `null` where they are free. */
  readonly latentHeight: number | null;
  readonly latentWidth: number | null;
  /** How many rows each run has; `null` where it is free. */
  readonly rowsPerRun: number | null;
}

export const UNET_INPUTS = [
  'sample',
  'timestep',
  'encoder_hidden_states',
  'timestep_cond',
  'text_embeds',
  'time_ids',
] as const;
export type UnetInput = (typeof UNET_INPUTS)[number];
const NEEDED_UNET_INPUTS: readonly UnetInput[] = ['sample', 'timestep', 'encoder_hidden_states'];

/** One end of the variational autoencoder. */
export interface VaeSignature {
  readonly inputName: string;
  readonly inputType: TensorType;
  readonly outputName: string;
}

export interface StableDiffusionSignature {
  readonly textEncoders: readonly TextEncoderSignature[];
  readonly unet: UnetSignature;
  readonly vaeDecoder: VaeSignature;
  /** With it, a picture can be the beginning. */
  readonly vaeEncoder: VaeSignature | null;
  readonly safetyChecker: GraphSignature | null;
}

type Signatures = Readonly<Partial<Record<GraphPart, GraphSignature>>>;

export type ReadStableDiffusionSignature =
  | { readonly signature: StableDiffusionSignature; readonly problems: readonly [] }
  | { readonly signature: null; readonly problems: readonly ModelProblem[] };

/**
 * Whether graphs are those of a Stable Diffusion, as optimum and diffusers export them.
 * @param pathOf where a part's file is in the model's folder
 */
export function readSignature(
  signatures: Signatures,
  pathOf: (part: GraphPart) => string | undefined,
): ReadStableDiffusionSignature {
  const problems: ModelProblem[] = [];
  const read = <Value>(part: GraphPart, reader: (graph: GraphSignature) => Read<Value>): Value | null => {
    const graph = signatures[part];
    if (graph === undefined) return null;
    const { value = null, findings = [] } = reader(graph);
    problems.push(...problemsFrom(findings, pathOf(part)));
    return value;
  };
  const isPair = signatures.text_encoder_2 !== undefined;
  const first = read('text_encoder', (graph) => readTextEncoder(graph, { isPair, isSecond: false }));
  const second = read('text_encoder_2', (graph) => readTextEncoder(graph, { isPair, isSecond: true }));
  const unet = read('unet', (graph) => readUnet(graph, isPair));
  const vaeDecoder = read('vae_decoder', readVae);
  const vaeEncoder = read('vae_encoder', readVae);
  const safetyChecker = read('safety_checker', readSafetyChecker);
  if (problems.length > 0 || !first || !unet || !vaeDecoder) return { signature: null, problems };
  const textEncoders = second ? [first, second] : [first];
  return { signature: { textEncoders, unet, vaeDecoder, vaeEncoder, safetyChecker }, problems: [] };
}

/** What was read of a graph, or what doesn't fit. */
interface Read<Value> {
  readonly value?: Value;
  readonly findings?: readonly Finding[];
}

const HIDDEN_STATE = /^hidden_states\.(\d+)$/;

/** SDXL takes the last but one hidden states of both encoders, and the text's embedding of the second. */
function readTextEncoder(
  { inputs, outputs }: GraphSignature,
  { isPair, isSecond }: { readonly isPair: boolean; readonly isSecond: boolean },
): Read<TextEncoderSignature> {
  const ids = inputs.find(({ name }) => name === 'input_ids');
  if (!ids || (ids.type !== 'int64' && ids.type !== 'int32')) {
    return {
      findings: [
        inGraph('input_ids', `expected token ids, int64 or int32 [batch, tokens], got ${listOf(inputs)}`),
      ],
    };
  }
  const [batch = null, tokenCount = null] = ids.dims;
  if (ids.dims.length !== 2 || (batch !== null && batch !== 1)) {
    return {
      findings: [
        inGraph(
          'input_ids',
          `expected [batch, tokens] with a batch of 1 or of any size, got ${describeSpec(ids)}`,
        ),
      ],
    };
  }
  const names = outputs.map(({ name }) => name);
  const tokensOutput = isPair ? lastButOne(names) : names.find((name) => name === 'last_hidden_state');
  const textOutput = isSecond ? names.find((name) => name === 'text_embeds') : null;
  const missing = [
    ...(tokensOutput === undefined
      ? [isPair ? 'hidden_states.0, hidden_states.1 …' : 'last_hidden_state']
      : []),
    ...(textOutput === undefined ? ['text_embeds'] : []),
  ];
  if (tokensOutput === undefined || textOutput === undefined) {
    return { findings: [inGraph('outputs', `expected ${missing.join(' and ')}, got ${listOf(outputs)}`)] };
  }
  return { value: { idsName: ids.name, idsType: ids.type, tokenCount, tokensOutput, textOutput } };
}

function lastButOne(names: readonly string[]): string | undefined {
  const layers = names.flatMap((name) => {
    const layer = HIDDEN_STATE.exec(name)?.[1];
    return layer === undefined ? [] : [{ name, layer: Number(layer) }];
  });
  return layers.sort((a, b) => a.layer - b.layer).at(-2)?.name;
}

const LATENT_RANK = 4;

function readUnet({ inputs, outputs }: GraphSignature, isPair: boolean): Read<UnetSignature> {
  const findings: Finding[] = [];
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const needed: readonly string[] = isPair
    ? [...NEEDED_UNET_INPUTS, 'text_embeds', 'time_ids']
    : NEEDED_UNET_INPUTS;
  const missing = needed.filter((name) => !byName.has(name));
  if (missing.length > 0) {
    findings.push(
      inGraph('inputs', `expected ${missing.join(', ')} among the inputs, got ${listOf(inputs)}`),
    );
  }
  const strange = inputs.filter(({ name }) => !(UNET_INPUTS as readonly string[]).includes(name));
  if (strange.length > 0) {
    findings.push(
      inGraph('inputs', `expected ${UNET_INPUTS.join(', ')} and no others, got ${listOf(strange)}`),
    );
  }
  for (const input of inputs) {
    if (FEED_TYPES.includes(input.type)) continue;
    findings.push(inGraph(input.name, `expected ${FEED_TYPES.join(', ')}, got ${describeSpec(input)}`));
  }
  const sample = byName.get('sample');
  const channels = sample?.dims.length === LATENT_RANK ? sample.dims[1] : null;
  if (sample && !channels) {
    findings.push(
      inGraph(
        'sample',
        `expected [batch, channels, height, width] with so many channels, got ${describeSpec(sample)}`,
      ),
    );
  }
  if (outputs.length !== 1) {
    findings.push(inGraph('outputs', `expected one, what is to be taken off, got ${listOf(outputs)}`));
  }
  if (findings.length > 0 || !sample || !channels) return { findings };
  const known = UNET_INPUTS.map((name) => [name, byName.get(name) ?? null] as const);
  return {
    value: {
      inputs: Object.fromEntries(known) as UnetSignature['inputs'],
      outputName: outputs[0]!.name,
      latentChannels: channels,
      latentHeight: sample.dims[2] ?? null,
      latentWidth: sample.dims[3] ?? null,
      rowsPerRun: sample.dims[0] ?? null,
    },
  };
}

function readVae({ inputs, outputs }: GraphSignature): Read<VaeSignature> {
  const [input, ...more] = inputs;
  const [output] = outputs;
  if (!input || !output || more.length > 0 || input.dims.length !== LATENT_RANK) {
    return {
      findings: [inGraph('inputs', `expected one, [batch, channels, height, width], got ${listOf(inputs)}`)],
    };
  }
  return { value: { inputName: input.name, inputType: input.type, outputName: output.name } };
}

function readSafetyChecker(graph: GraphSignature): Read<GraphSignature> {
  const has = graph.inputs.some(({ name }) => name === 'clip_input');
  if (has && graph.outputs.some(({ name }) => name === 'has_nsfw_concepts')) return { value: graph };
  return {
    findings: [
      inGraph(
        'inputs',
        `expected clip_input and images, and the output has_nsfw_concepts, got ${listOf(graph.inputs)} and ${listOf(graph.outputs)}`,
      ),
    ],
  };
}

function listOf(specs: readonly TensorSpec[]): string {
  return specs.length === 0 ? 'nothing' : specs.map(describeSpec).join(', ');
}
