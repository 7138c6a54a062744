import type { Preparation } from '@darkroom/contracts';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import { IMAGENET_STATISTICS } from '../imagenet-statistics.js';
import type { CandidateGraph, IncompleteModel, ModelCandidate, Recognition } from '../recognition.js';
import { EXPORTS_IN_WORDS, exportOf, readExport, takesPicture } from './exports/exports.js';
import { DECODER, ENCODER } from './parts.js';
import { promptKindsOf } from './prompt-kinds.js';

/** What encoders call what they give: segment-anything's and transformers', those of SAM 2 by level, samexporter's SAM 2. */
const EMBEDDING = /^image_embed(dings(\.\d+)?)?$/;
const OF_SAM_2 = /^(high_res_feats_0|image_embeddings\.0)$/;
/** All that goes from encoders to decoders. */
const EMBEDDINGS = /^(image_embed|image_positional_embeddings$|high_res_feats_)/;
const EMBEDDING_RANK = 4;
const USUAL_SIDE = 1024;

/**
 * Whether one of some graphs is the encoder of a Segment Anything, and another its decoder. What the files are called
 * doesn't matter. An embedding has the shape of logits for each class and pixel, which it must not be taken for.
 */
export function recognize({ graphs }: ModelCandidate): Recognition | IncompleteModel | null {
  const decoders = graphs.filter(({ signature }) => exportOf(signature) !== null);
  const encoders = graphs.filter(
    (graph) => !decoders.includes(graph) && isEncoder(graph.signature, decoders),
  );
  const [encoder, decoder] = [encoders[0], decoders[0]];
  if (encoders.length > 1 || decoders.length > 1) return severalOf(encoders, decoders);
  if (encoder && decoder) return wholeModel(encoder, decoder);
  if (encoder) return withoutDecoder(encoder);
  return decoder ? withoutEncoder(decoder) : null;
}

/** By the name of what it gives; or because a decoder takes just that, whatever it is called. */
function isEncoder(signature: GraphSignature, decoders: readonly CandidateGraph[]): boolean {
  if (signature.inputs.length !== 1) return false;
  if (embeddingOf(signature) !== undefined) return true;
  // Maps of any size would fit every decoder.
  const hasSize = signature.outputs.some(({ dims }) => dims.slice(1).every((size) => size !== null));
  return hasSize && decoders.some((decoder) => readExport(signature, decoder.signature).decoder !== null);
}

function embeddingOf({ outputs }: GraphSignature): TensorSpec | undefined {
  return outputs.find(({ name, dims }) => EMBEDDING.test(name) && dims.length === EMBEDDING_RANK);
}

/** What is wrong between the two is told when the model is checked. */
function wholeModel(encoder: CandidateGraph, decoder: CandidateGraph): Recognition {
  const read = readExport(encoder.signature, decoder.signature);
  return {
    sureness: 'certain',
    reason:
      `${encoder.path} and ${decoder.path} are encoder and decoder of a Segment Anything as exported by ` +
      exportOf(decoder.signature)!.description,
    classes: 0,
    preparation: preparationFor(encoder),
    familyOptions: read.decoder ? { prompt_kinds: promptKindsOf(read.decoder) } : {},
    parts: { [ENCODER]: encoder.path, [DECODER]: decoder.path },
    pictureGraph: encoder.path,
  };
}

function preparationFor({ signature, layout, width, height }: CandidateGraph): Partial<Preparation> {
  const resize: Partial<Preparation> = signature.outputs.some(({ name }) => OF_SAM_2.test(name))
    ? { resize: 'stretch' }
    : { resize: 'letterbox', letterbox_anchor: 'top-left', letterbox_rounding: 'round-half-up' };
  // One that takes a picture without a batch normalizes by itself.
  const normalizes = signature.inputs[0]!.dims.length === 3;
  return {
    ...resize,
    width: width ?? height ?? USUAL_SIDE,
    height: height ?? width ?? USUAL_SIDE,
    resampler: 'pil-bilinear',
    ...(layout === 'nhwc' && { layout }),
    ...(normalizes ? { scale: 1 } : IMAGENET_STATISTICS),
  };
}

const GIVE_BOTH = 'Give the files of both, or a folder that holds both';

function withoutDecoder({ path, signature }: CandidateGraph): IncompleteModel {
  const embedding = embeddingOf(signature)!;
  return {
    sureness: 'certain',
    reason: `${path} is the encoder of a Segment Anything: its output is ${describeSpec(embedding)}`,
    lacks: `its decoder is missing, the graph that takes points, as exported by ${EXPORTS_IN_WORDS}. ${GIVE_BOTH}`,
  };
}

function withoutEncoder({ path, signature }: CandidateGraph): IncompleteModel {
  const wanted = signature.inputs.filter(({ name }) => EMBEDDINGS.test(name));
  const others = signature.inputs.filter((input) => !wanted.includes(input));
  const lacks = takesPicture({ ...signature, inputs: others })
    ? 'it takes the picture as well, so that nothing could be kept between two clicks: export encoder and decoder as two graphs'
    : `its encoder is missing, the graph that takes a picture and gives ${wanted.map(describeSpec).join('; ')}. ${GIVE_BOTH}`;
  return {
    sureness: 'certain',
    reason: `${path} is the decoder of a Segment Anything as exported by ${exportOf(signature)!.description}`,
    lacks,
  };
}

function severalOf(
  encoders: readonly CandidateGraph[],
  decoders: readonly CandidateGraph[],
): IncompleteModel {
  const found = (what: string, graphs: readonly CandidateGraph[]) =>
    `${graphs.length === 1 ? what : `${what}s`} ${graphs.map(({ path }) => path).join(', ') || 'none'}`;
  return {
    sureness: 'certain',
    reason: `graphs of a Segment Anything were found: ${found('encoder', encoders)}; ${found('decoder', decoders)}`,
    lacks: 'expected one of each. Give the two files that belong together',
  };
}
