import type { ModelProblem } from '@darkroom/model-catalog';
import type { GraphSignature, TensorType } from '@darkroom/tensor';
import { type Finding, inGraph, problemsFrom } from '../finding.js';
import { listOf, type ReadGraph } from '../read-graph.js';
import type { GraphPart } from './parts.js';
import { readTextEncoder, type TextEncoderSignature } from './text-encoder-signature.js';
import { readUnet, type UnetSignature } from './unet-signature.js';

/** One end of the variational autoencoder. */
export interface VaeSignature {
  readonly inputName: string;
  /** Of its input; `null` where the graph doesn't tell. */
  readonly channels: number | null;
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
  const read = <Value>(
    part: GraphPart,
    reader: (graph: GraphSignature) => ReadGraph<Value>,
  ): Value | null => {
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
  const findings = [...widthFindings(textEncoders, unet), ...channelFindings(vaeDecoder, unet)];
  if (findings.length > 0) return { signature: null, problems: problemsFrom(findings, pathOf('unet')) };
  return { signature: { textEncoders, unet, vaeDecoder, vaeEncoder, safetyChecker }, problems: [] };
}

/** Whether text encoders and network are of one model. */
function widthFindings(textEncoders: readonly TextEncoderSignature[], { inputs }: UnetSignature): Finding[] {
  const widths = textEncoders.map(({ width }) => width);
  const expected = inputs.encoder_hidden_states?.dims[2] ?? null;
  const got = widths.reduce<number>((sum, width) => sum + (width ?? Number.NaN), 0);
  if (expected === null || Number.isNaN(got) || got === expected) return [];
  const given = widths.length === 1 ? 'the text encoder gives' : 'the text encoders give';
  const detail = `expected ${got} numbers for each token, as ${given}, got ${expected}. Is it of the same model?`;
  return [inGraph('encoder_hidden_states', detail)];
}

/** A network for inpainting sees a picture and a mask in further channels. */
function channelFindings({ channels }: VaeSignature, { latentChannels }: UnetSignature): Finding[] {
  if (channels === null || channels === latentChannels) return [];
  const detail = `expected ${channels} channels, as the VAE decoder takes, got ${latentChannels}. Networks for inpainting or depth can’t be used`;
  return [inGraph('sample', detail)];
}

const LATENT_RANK = 4;

function readVae({ inputs, outputs }: GraphSignature): ReadGraph<VaeSignature> {
  const [input, ...more] = inputs;
  const [output] = outputs;
  if (!input || !output || more.length > 0 || input.dims.length !== LATENT_RANK) {
    return {
      findings: [inGraph('inputs', `expected one, [batch, channels, height, width], got ${listOf(inputs)}`)],
    };
  }
  return {
    value: {
      inputName: input.name,
      channels: input.dims[1] ?? null,
      inputType: input.type,
      outputName: output.name,
    },
  };
}

function readSafetyChecker(graph: GraphSignature): ReadGraph<GraphSignature> {
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
