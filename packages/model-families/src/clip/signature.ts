import { type CompleteManifest, type ModelProblem, schemaProblems } from '@darkroom/model-catalog';
import { describeSpec, type GraphSignature, type TensorSpec, type TensorType } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { FEED_TYPES } from '../feed-tensor.js';
import { type Finding, inGraph, inManifest, problemsFrom } from '../finding.js';
import { listOf, type ReadGraph } from '../read-graph.js';
import { DefaultsSchema, optionsOf } from './options.js';
import { isWhole, PICTURE_ENCODER, TEXT_ENCODER, WHOLE } from './parts.js';

interface Encoder {
  /** Whether several can go through in one run. */
  readonly takesBatches: boolean;
  /** `[batch, width]` */
  readonly outputName: string;
  /** How many numbers an embedding has; `null` where the graph doesn't tell. */
  readonly width: number | null;
}

/** Token ids `[batch, tokens]` in, an embedding of each text out. */
export interface TextEncoderSignature extends Encoder {
  readonly ids: TensorSpec;
  /** 1 for tokens, 0 for padding, in the shape of the ids; `null` where the graph takes none. */
  readonly mask: TensorSpec | null;
  /** How many tokens a text has; `null` where it is free. */
  readonly tokenCount: number | null;
}

/** Pictures `[batch, 3, height, width]` in, or with the channels last, an embedding of each out. */
export interface PictureEncoderSignature extends Encoder {
  readonly inputName: string;
  readonly inputType: TensorType;
}

export interface ClipSignature {
  readonly text: TextEncoderSignature;
  readonly picture: PictureEncoderSignature;
  /** Of a graph of both encoders, the output `[pictures, texts]` with scaled similarities; `null` elsewhere. */
  readonly logitsName: string | null;
}

export type ReadClipSignature =
  | { readonly signature: ClipSignature; readonly problems: readonly [] }
  | { readonly signature: null; readonly problems: readonly ModelProblem[] };

const IDS = 'input_ids';
const MASK = 'attention_mask';
const LOGITS = 'logits_per_image';
const TEXT_OUTPUTS = ['text_embeds', 'pooler_output'];
const PICTURE_OUTPUTS = ['image_embeds', 'pooler_output'];

/** Whether graphs are those of a CLIP, in one or in two, that the manifest describes. */
export function readSignature(
  manifest: CompleteManifest,
  signatures: Readonly<Record<string, GraphSignature>>,
): ReadClipSignature {
  const [textPart, picturePart] = isWhole(manifest) ? [WHOLE, WHOLE] : [TEXT_ENCODER, PICTURE_ENCODER];
  const [textGraph, pictureGraph] = [signatures[textPart]!, signatures[picturePart]!];
  const text = readTextEncoder(textGraph, isWhole(manifest));
  const picture = readPictureEncoder(manifest, pictureGraph, isWhole(manifest));
  const ofManifest = [...checkDefaults(manifest), ...checkPreparation(manifest)];
  const hasLogits = isWhole(manifest) && textGraph.outputs.some(({ name }) => name === LOGITS);
  if (!hasLogits) ofManifest.push(...checkScale(manifest));
  const pathOf = (part: string) => manifest.files[part]?.path;
  const problems = [
    ...problemsFrom([...ofManifest, ...(text.findings ?? [])], pathOf(textPart)),
    ...problemsFrom(picture.findings ?? [], pathOf(picturePart)),
  ];
  if (!text.value || !picture.value || problems.length > 0) return { signature: null, problems };
  const apart = checkWidths(text.value, picture.value);
  if (apart.length > 0) return { signature: null, problems: problemsFrom(apart, pathOf(picturePart)) };
  const logitsName = hasLogits ? LOGITS : null;
  return { signature: { text: text.value, picture: picture.value, logitsName }, problems: [] };
}

function readTextEncoder(graph: GraphSignature, hasPicture: boolean): ReadGraph<TextEncoderSignature> {
  const inputs = graph.inputs.filter((input) => !(hasPicture && isPicture(input)));
  const ids = inputs.find(({ name }) => name === IDS);
  if (!ids || (ids.type !== 'int64' && ids.type !== 'int32') || ids.dims.length !== 2) {
    const detail = `expected token ids, int64 or int32 [batch, tokens], got ${listOf(inputs)}`;
    return { findings: [inGraph(`input ${IDS}`, detail)] };
  }
  const mask = inputs.find(({ name }) => name === MASK) ?? null;
  const others = inputs.filter((input) => input !== ids && input !== mask);
  const findings = [ids, mask].flatMap((spec) => (spec ? checkBatch(spec) : []));
  if (others.length > 0) {
    const detail = `expected ${IDS} and at most ${MASK}, got ${listOf(others)} too. Export it without`;
    findings.push(inGraph('inputs', detail));
  }
  if (mask && !FEED_TYPES.includes(mask.type)) {
    findings.push(inGraph(`input ${MASK}`, `expected ${FEED_TYPES.join(', ')}, got ${describeSpec(mask)}`));
  }
  const output = embeddingOf(graph, TEXT_OUTPUTS);
  if (!output) findings.push(missingOutput(graph, TEXT_OUTPUTS));
  if (!output || findings.length > 0) return { findings };
  return {
    value: {
      ids,
      mask,
      tokenCount: ids.dims[1] ?? mask?.dims[1] ?? null,
      takesBatches: [ids, mask].every((spec) => spec === null || spec.dims[0] === null),
      outputName: output.name,
      width: output.dims[1] ?? null,
    },
  };
}

function readPictureEncoder(
  { preparation }: CompleteManifest,
  graph: GraphSignature,
  hasText: boolean,
): ReadGraph<PictureEncoderSignature> {
  const inputs = hasText ? graph.inputs.filter(isPicture) : graph.inputs;
  const { spec, findings } = checkInput(preparation, inputs, { cropped: true });
  const output = embeddingOf(graph, PICTURE_OUTPUTS);
  const all = output ? findings : [...findings, missingOutput(graph, PICTURE_OUTPUTS)];
  if (!spec || !output || all.length > 0) return { findings: all };
  return {
    value: {
      inputName: spec.name,
      inputType: spec.type,
      takesBatches: spec.dims[0] === null,
      outputName: output.name,
      width: output.dims[1] ?? null,
    },
  };
}

const isPicture = ({ dims }: TensorSpec) => dims.length >= 3;

/** By its name; or the only one that has an embedding for each of a batch. */
function embeddingOf({ outputs }: GraphSignature, names: readonly string[]): TensorSpec | undefined {
  const floats = outputs.filter(({ type }) => type === 'float32' || type === 'float16');
  const named = names.map((wanted) => floats.find(({ name }) => name === wanted)).find(Boolean);
  if (named) return named;
  const embeddings = floats.filter(({ dims }) => dims.length === 2);
  return embeddings.length === 1 ? embeddings[0] : undefined;
}

function missingOutput({ outputs }: GraphSignature, names: readonly string[]): Finding {
  const detail = `expected ${names.join(' or ')}, float32 or float16 [batch, width], got ${listOf(outputs)}`;
  return inGraph('outputs', detail);
}

function checkBatch(spec: TensorSpec): Finding[] {
  const [batch = null] = spec.dims;
  if (batch === null || batch === 1) return [];
  const detail = `expected a batch of 1 or of any size, got ${describeSpec(spec)}. Export it with a batch of any size`;
  return [inGraph(`input ${spec.name}`, detail)];
}

/** Only embeddings that were projected into one space can be compared. */
function checkWidths(text: TextEncoderSignature, picture: PictureEncoderSignature): Finding[] {
  if (text.width === null || picture.width === null || text.width === picture.width) return [];
  const detail =
    `expected embeddings of ${text.width} numbers, as ${text.outputName} of the texts has them, got ${picture.width}. ` +
    'Export both encoders with their projections, so that they give text_embeds and image_embeds';
  return [inGraph(`output ${picture.outputName}`, detail)];
}

function checkDefaults({ defaults }: CompleteManifest): Finding[] {
  return schemaProblems(DefaultsSchema, defaults, '#/defaults').map(({ pointer, detail }) =>
    inManifest(pointer, detail),
  );
}

/** The regions of a picture share runs, so all pictures come to one size. */
function checkPreparation({ preparation: { resize, width } }: CompleteManifest): Finding[] {
  if (resize !== 'none' && width !== undefined) return [];
  const detail =
    resize === 'none'
      ? 'expected stretch, letterbox, or shortest-edge with width and height, got none'
      : 'is missing; give width and height of the network’s input, to which the middle of pictures is cut';
  return [inManifest(`#/preparation/${resize === 'none' ? 'resize' : 'width'}`, detail)];
}

/** Of softmax the bias makes no difference, and nearly every CLIP has the same scale. Sigmoid is nothing without both. */
function checkScale(manifest: CompleteManifest): Finding[] {
  const options = optionsOf(manifest);
  if (options.activation === 'softmax') return [];
  return (['logit_scale', 'logit_bias'] as const).flatMap((name) => {
    if (options[name] !== undefined) return [];
    const detail = `is missing; with sigmoid, expected the ${name} of the trained model${name === 'logit_scale' ? ', exponentiated' : ''}: only a graph of both encoders tells it by its ${LOGITS}`;
    return [inManifest(`#/family_options/${name}`, detail)];
  });
}
