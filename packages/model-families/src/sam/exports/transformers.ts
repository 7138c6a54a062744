import { type Placement, pointToModel } from '@darkroom/imaging';
import type { GraphSignature, Tensor, TensorSpec } from '@darkroom/tensor';
import { asType, FEED_TYPES, feedTensor } from '../../feed-tensor.js';
import type { PointMasks } from '../mask-finder.js';
import { batchTokens, type Prompt, promptTokens } from '../prompt-tokens.js';
import type { EmbeddingLink, ExportContract, ReadDecoder, SamDecoder } from './export-contract.js';
import { linkEmbeddings } from './link-embeddings.js';
import { readMasks } from './read-masks.js';
import { type ExpectedSpec, FLOATS, SpecReader } from './spec-reader.js';

const POINTS = 'input_points';
const LABELS = 'input_labels';
const BOXES = 'input_boxes';
const MASKS = 'pred_masks';
const PREDICTIONS = 'iou_scores';
const POSITIONS = 'image_positional_embeddings';
/** `image_embeddings`, or those of SAM 2 by level: `image_embeddings.0`, `.1`, `.2`, the coarsest last. */
const EMBEDDINGS = /^image_embeddings(\.\d+)?$/;

const POINTS_SPEC: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 'open', 'open', 2],
  shape: '[1, prompts, points, 2]',
};
const LABELS_SPEC: ExpectedSpec = {
  types: FEED_TYPES,
  dims: [1, 'open', 'open'],
  shape: '[1, prompts, points]',
};
const BOXES_SPEC: ExpectedSpec = { types: FLOATS, dims: [1, 'open', 4], shape: '[1, boxes, 4]' };
const EMBEDDING_SPEC: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 'any', 'any', 'any'],
  shape: '[1, channels, height, width]',
};
const MASKS_SPEC: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 'any', 'any', 'any', 'any'],
  shape: '[1, prompts, masks, height, width]',
};
const PREDICTIONS_SPEC: ExpectedSpec = {
  types: FLOATS,
  dims: [1, 'any', 'any'],
  shape: '[1, prompts, masks]',
};

/**
 * The split of transformers and transformers.js: `vision_encoder` and `prompt_encoder_mask_decoder`. Its prompt encoder
 * adds the point that is none by itself. Boxes have an input of their own, which most exports leave out; as labels it
 * knows no corners.
 */
export const transformers: ExportContract = {
  description: 'transformers (input_points, input_labels, image_embeddings, image_positional_embeddings)',
  isMeant: ({ inputs }) => inputs.some(({ name }) => name === POINTS || name === LABELS),
  read,
};

function read(encoder: GraphSignature, graph: GraphSignature): ReadDecoder {
  const inputs = new SpecReader('input', graph.inputs);
  const points = inputs.take(POINTS, POINTS_SPEC);
  const labels = inputs.take(LABELS, LABELS_SPEC);
  const boxes = inputs.has(BOXES) ? inputs.take(BOXES, BOXES_SPEC) : null;
  const embeddings = embeddingNames(graph).map((name) => inputs.take(name, EMBEDDING_SPEC));
  inputs.refuseOthers('Export the decoder without it');
  const outputs = new SpecReader('output', graph.outputs);
  outputs.take(MASKS, MASKS_SPEC);
  outputs.take(PREDICTIONS, PREDICTIONS_SPEC);
  const findings = [...inputs.findings, ...outputs.findings];
  if (findings.length > 0) return { decoder: null, findings };
  const linked = linkEmbeddings(encoder, embeddings as TensorSpec[]);
  if (linked.findings.length > 0) return { decoder: null, findings: linked.findings };
  const specs = { points: points!, labels: labels!, boxes };
  return { decoder: new TransformersDecoder(specs, linked.links), findings: [] };
}

/** The coarsest first. */
function embeddingNames({ inputs }: GraphSignature): string[] {
  const names = inputs.map(({ name }) => name);
  const embeddings = names
    .filter((name) => EMBEDDINGS.test(name))
    .sort()
    .reverse();
  if (embeddings.length === 0) embeddings.push('image_embeddings');
  return [...embeddings, ...names.filter((name) => name === POSITIONS)];
}

interface SplitInputs {
  readonly points: TensorSpec;
  readonly labels: TensorSpec;
  readonly boxes: TensorSpec | null;
}

class TransformersDecoder implements SamDecoder {
  readonly outputNames = [MASKS, PREDICTIONS];
  readonly maskCells = null;
  readonly takesBoxes: boolean;
  readonly mainOutput: string;
  readonly #inputs: SplitInputs;

  constructor(
    inputs: SplitInputs,
    readonly links: readonly EmbeddingLink[],
  ) {
    this.#inputs = inputs;
    this.takesBoxes = inputs.boxes !== null;
    this.mainOutput = links[0]!.output;
  }

  /** Where transformers.js gives points and a box, it gives one of each; its exports need not take more. */
  promptsPerRun({ points, box }: Prompt): number {
    return box && points.length > 0 ? 1 : Number.POSITIVE_INFINITY;
  }

  tokensOf({ points, box }: Prompt): number {
    return points.length + (box ? 2 : 1);
  }

  feeds(prompts: readonly Prompt[], placement: Placement): Record<string, Tensor> {
    const { points, labels, boxes } = this.#inputs;
    const tokens = batchTokens(
      prompts.map((prompt) => promptTokens({ points: prompt.points, box: null }, placement, 'never')),
    );
    const [count = 0, perPrompt = 0] = tokens.labels.dims;
    return {
      [points.name]: feedTensor(tokens.coords.data, [1, count, perPrompt, 2], points.type),
      [labels.name]: feedTensor(tokens.labels.data, [1, count, perPrompt], labels.type),
      ...(boxes && { [boxes.name]: boxTensor(prompts, placement, boxes) }),
    };
  }

  read(outputs: Readonly<Record<string, Tensor>>): PointMasks {
    return readMasks(outputs[MASKS]!, outputs[PREDICTIONS]!);
  }
}

/** `[1, boxes, 4]` in pixels of the model's input. */
function boxTensor(prompts: readonly Prompt[], placement: Placement, { type }: TensorSpec): Tensor {
  const corners = prompts.flatMap(({ box }) => {
    if (!box) return [];
    const [x0, y0, x1, y1] = box;
    return [...pointToModel([x0, y0], placement), ...pointToModel([x1, y1], placement)];
  });
  return asType(
    { type: 'float32', dims: [1, corners.length / 4, 4], data: Float32Array.from(corners) },
    type,
  );
}
