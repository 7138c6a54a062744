import type { Placement, Size } from '@darkroom/imaging';
import type { GraphSignature, Tensor, TensorSpec } from '@darkroom/tensor';
import { asType, FEED_TYPES, feedTensor } from '../../feed-tensor.js';
import type { PointMasks } from '../mask-finder.js';
import { maskInput } from '../mask-input.js';
import { batchTokens, type Prompt, type PromptPadding, promptTokens } from '../prompt-tokens.js';
import type { EmbeddingLink, ReadDecoder, SamDecoder } from './export-contract.js';
import { linkEmbeddings } from './link-embeddings.js';
import { readMasks } from './read-masks.js';
import { type ExpectedSpec, FLOATS, SpecReader } from './spec-reader.js';

/** The size of the picture, for graphs that enlarge masks to it: height and width. */
export const PICTURE_SIZE_INPUT = 'orig_im_size';

/** What differs between decoders that take points and the corners of boxes as labelled tokens. */
export interface TokenDecoderTraits {
  /** The inputs that take embeddings; the first is the one that the decoder attends to. */
  readonly embeddings: readonly string[];
  /** Who adds the point that is none. */
  readonly padding: PromptPadding;
  /** How many tokens the graph adds by itself. */
  readonly addedTokens: number;
  /** The output with the masks as small as the network gives them. */
  readonly masksOutput: string;
  /** Whether the graph has to enlarge masks to a size that it is told. */
  readonly hasPictureSize: boolean;
}

const IOU_PREDICTIONS = 'iou_predictions';
const COORDS: ExpectedSpec = { types: FLOATS, dims: [1, 'open', 2], shape: '[prompts, points, 2]' };
const LABELS: ExpectedSpec = { types: FEED_TYPES, dims: [1, 'open'], shape: '[prompts, points]' };
const MASKS: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 1, 'any', 'any'],
  shape: '[prompts, 1, height, width]',
};
const HAS_MASKS: ExpectedSpec = { types: FLOATS, dims: [1], shape: '[1]' };
const PICTURE_SIZE: ExpectedSpec = { types: FEED_TYPES, dims: [2], shape: '[2]' };
const EMBEDDING: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 'any', 'any', 'any'],
  shape: '[1, channels, height, width]',
};
const LOW_RES_MASKS: ExpectedSpec = {
  types: FLOATS,
  dims: ['any', 'any', 'any', 'any'],
  shape: '[prompts, masks, height, width]',
};
const PREDICTIONS: ExpectedSpec = { types: FLOATS, dims: ['any', 'any'], shape: '[prompts, masks]' };

/** Of networks whose graph leaves the size of masks open. */
const USUAL_CELLS = 256;

/** Decoders with `point_coords`, `point_labels`, `mask_input` and `has_mask_input`. */
export function readTokenDecoder(
  encoder: GraphSignature,
  graph: GraphSignature,
  traits: TokenDecoderTraits,
): ReadDecoder {
  const inputs = new SpecReader('input', graph.inputs);
  const embeddings = traits.embeddings.map((name) => inputs.take(name, EMBEDDING));
  const coords = inputs.take('point_coords', COORDS);
  const labels = inputs.take('point_labels', LABELS);
  const masks = inputs.take('mask_input', MASKS);
  const hasMasks = inputs.take('has_mask_input', HAS_MASKS);
  const pictureSize = traits.hasPictureSize ? inputs.take(PICTURE_SIZE_INPUT, PICTURE_SIZE) : null;
  inputs.refuseOthers('Export the decoder without it');
  const outputs = new SpecReader('output', graph.outputs);
  outputs.take(traits.masksOutput, LOW_RES_MASKS);
  outputs.take(IOU_PREDICTIONS, PREDICTIONS);
  const findings = [...inputs.findings, ...outputs.findings];
  if (findings.length > 0) return { decoder: null, findings };
  const linked = linkEmbeddings(encoder, embeddings as TensorSpec[]);
  if (linked.findings.length > 0) return { decoder: null, findings: linked.findings };
  const specs = { coords: coords!, labels: labels!, masks: masks!, hasMasks: hasMasks!, pictureSize };
  return { decoder: new TokenDecoder(specs, linked.links, traits), findings: [] };
}

interface TokenInputs {
  readonly coords: TensorSpec;
  readonly labels: TensorSpec;
  readonly masks: TensorSpec;
  readonly hasMasks: TensorSpec;
  readonly pictureSize: TensorSpec | null;
}

class TokenDecoder implements SamDecoder {
  readonly takesBoxes = true;
  readonly mainOutput: string;
  readonly outputNames: readonly string[];
  readonly maskCells: Size;
  readonly #inputs: TokenInputs;
  readonly #traits: TokenDecoderTraits;

  constructor(
    inputs: TokenInputs,
    readonly links: readonly EmbeddingLink[],
    traits: TokenDecoderTraits,
  ) {
    this.#inputs = inputs;
    this.#traits = traits;
    this.mainOutput = links[0]!.output;
    this.outputNames = [traits.masksOutput, IOU_PREDICTIONS];
    const [, , height, width] = inputs.masks.dims;
    this.maskCells = { width: width ?? USUAL_CELLS, height: height ?? USUAL_CELLS };
  }

  promptsPerRun({ mask }: Prompt): number {
    const { coords, labels, masks } = this.#inputs;
    const isForMany = [coords, labels, ...(mask ? [masks] : [])].every(({ dims }) => dims[0] === null);
    return isForMany ? Number.POSITIVE_INFINITY : 1;
  }

  tokensOf({ points, box }: Prompt): number {
    const { padding, addedTokens } = this.#traits;
    const isPadded = padding === 'always' || (padding === 'without-box' && box === null);
    return points.length + (box ? 2 : 0) + (isPadded ? 1 : 0) + addedTokens;
  }

  feeds(prompts: readonly Prompt[], placement: Placement): Record<string, Tensor> {
    const { coords, labels, masks, hasMasks, pictureSize } = this.#inputs;
    const tokens = batchTokens(
      prompts.map((prompt) => promptTokens(prompt, placement, this.#traits.padding)),
    );
    // A graph that takes one mask takes it for all prompts; where there are masks, there is one prompt then.
    const masked = prompts.slice(0, masks.dims[0] ?? prompts.length);
    const given = maskInput(
      masked.map(({ mask }) => mask),
      this.maskCells,
    );
    return {
      [coords.name]: asType(tokens.coords, coords.type),
      [labels.name]: asType(tokens.labels, labels.type),
      [masks.name]: asType(given.maskInput, masks.type),
      [hasMasks.name]: asType(given.hasMaskInput, hasMasks.type),
      ...(pictureSize && { [pictureSize.name]: this.#pictureSize(pictureSize) }),
    };
  }

  read(outputs: Readonly<Record<string, Tensor>>): PointMasks {
    return readMasks(outputs[this.#traits.masksOutput]!, outputs[IOU_PREDICTIONS]!);
  }

  /** What the graph enlarges the masks to: to what they are. They are enlarged here, without a byte for each pixel. */
  #pictureSize({ type }: TensorSpec): Tensor {
    const { height, width } = this.maskCells;
    return feedTensor(Float32Array.of(height, width), [2], type);
  }
}
