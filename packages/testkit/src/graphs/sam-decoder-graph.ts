import {
  GraphBuilder,
  intAttribute,
  modelBytes,
  type Node,
  node,
  stringAttribute,
  type ValueInfo,
} from '../onnx/model-bytes.js';
import { samEmbeddings } from './sam-encoder-graph.js';
import { DEFAULT_SIDE, PIXELS_PER_CELL, type SamExport, type SamGraphOptions } from './sam-export.js';
import { addMasks } from './sam-masks.js';
import { type SamPrompts, splitPrompts, tokenPrompts } from './sam-prompts.js';

export interface SamDecoderGraphOptions extends SamGraphOptions {
  /** `transformers`: whether boxes can be given. */
  readonly takesBoxes?: boolean;
  /** `meta`: whether prompts come one a run, as segment-anything itself exports. */
  readonly onePromptARun?: boolean;
  /** More prompts in a run than this ask for more memory than there is. Default: any number fits. */
  readonly fitsPrompts?: number;
}

/** What the decoder predicts of its masks. */
export const SAM_PREDICTIONS = { single: 0.92, part: 0.8, object: 0.95, whole: 0.5 } as const;

/** Two edges whose product, in float32, is 1 PiB: more than a process can address. */
const IMPOSSIBLE_SHAPE = [1 << 24, 1 << 24];

interface DecoderLayout {
  readonly prompts: (options: SamDecoderGraphOptions, cells: number) => SamPrompts;
  /** Whether the first mask is the one for prompts that are not ambiguous. */
  readonly hasSingle: boolean;
  readonly masks: string;
  readonly predictions: string;
  /** Whether another dimension stands before the prompts. */
  readonly hasBatch: boolean;
  /** Whether masks are given in the size of the picture too. */
  readonly hasPictureSize: boolean;
}

const LAYOUTS: Readonly<Record<SamExport, DecoderLayout>> = {
  meta: {
    prompts: ({ onePromptARun }, cells) => tokenPrompts(onePromptARun ? 1 : 'prompts', cells),
    hasSingle: true,
    masks: 'low_res_masks',
    predictions: 'iou_predictions',
    hasBatch: false,
    hasPictureSize: true,
  },
  transformers: {
    prompts: ({ takesBoxes = false }) => splitPrompts(takesBoxes),
    hasSingle: false,
    masks: 'pred_masks',
    predictions: 'iou_scores',
    hasBatch: true,
    hasPictureSize: false,
  },
  sam2: {
    prompts: (_, cells) => tokenPrompts('num_labels', cells),
    hasSingle: false,
    masks: 'masks',
    predictions: 'iou_predictions',
    hasBatch: false,
    hasPictureSize: false,
  },
};

/**
 * The decoder of a tiny Segment Anything whose answer is known: an object is what has the colour of the points on it.
 * Of each prompt it gives the part near its first point, the object and the whole picture, and where the export has
 * it the object once more for prompts that are not ambiguous; with the same {@link SAM_PREDICTIONS} always.
 * @returns the bytes of the `.onnx` file
 */
export function samDecoderGraph(options: SamDecoderGraphOptions): Buffer {
  const { exported, side = DEFAULT_SIDE } = options;
  const layout = LAYOUTS[exported];
  const cells = side / PIXELS_PER_CELL;
  const prompts = layout.prompts(options, cells);
  const embeddings = samEmbeddings(options);
  const size: ValueInfo[] = layout.hasPictureSize
    ? [{ name: 'orig_im_size', type: 'float32', dims: [2] }]
    : [];
  const inputs = [...embeddings, ...prompts.inputs, ...size];
  const outputs = outputsOf(layout, cells);
  const builder = new GraphBuilder([...inputs, ...outputs].map(({ name }) => name));
  const values = prompts.add(builder);
  const [main] = embeddings.filter(({ name }) => /^image_embed/.test(name));
  const { object, part, whole } = addMasks(builder, main!.name, values, side);
  const kinds = [...(layout.hasSingle ? (['single'] as const) : []), 'part', 'object', 'whole'] as const;
  const byKind = { single: object, part, object, whole };
  const stacked = kinds.map((kind) => builder.add('Unsqueeze', [byKind[kind], builder.integers([1])], kind));
  const flat = builder.add('Concat', stacked, 'flat_masks', [intAttribute('axis', 1)]);
  const masks = builder.add(
    'Reshape',
    [flat, builder.integers([0, kinds.length, cells, cells])],
    'small_masks',
  );
  const nothing = builder.add(
    'Add',
    [addNothing(builder, embeddings), addMemoryUse(builder, values.hasBox, main!.name, options)],
    'nothing',
  );
  const predictions = addPredictions(builder, kinds, values.hasBox, nothing);
  const nodes = outputNodes(builder, layout, masks, predictions);
  const graph = builder.graph('sam_decoder', inputs, outputs);
  return modelBytes({ ...graph, nodes: [...graph.nodes, ...nodes] });
}

function outputsOf(
  { hasBatch, hasPictureSize, masks, predictions }: DecoderLayout,
  cells: number,
): ValueInfo[] {
  const batch = hasBatch ? [1] : [];
  const enlarged: ValueInfo[] = hasPictureSize
    ? [{ name: 'masks', type: 'float32', dims: ['prompts_out', 'mask_count', 'height', 'width'] }]
    : [];
  return [
    ...enlarged,
    { name: predictions, type: 'float32', dims: [...batch, 'prompts_out', 'mask_count'] },
    { name: masks, type: 'float32', dims: [...batch, 'prompts_out', 'mask_count', cells, cells] },
  ];
}

/** A zero that all embeddings go into, so that each has to be fed. */
function addNothing(builder: GraphBuilder, embeddings: readonly ValueInfo[]): string {
  const means = embeddings.map(({ name }) =>
    builder.add('ReduceMean', [name], 'mean', [intAttribute('keepdims', 0)]),
  );
  const sum = builder.add('Sum', means, 'sum');
  return builder.add('Mul', [sum, builder.scalar(0)], 'zero');
}

/** Another zero, which more prompts than fit need more memory for than there is. */
function addMemoryUse(
  builder: GraphBuilder,
  perPrompt: string,
  embedding: string,
  { fitsPrompts }: SamDecoderGraphOptions,
): string {
  if (fitsPrompts === undefined) return builder.scalar(0);
  const count = builder.add('Size', [perPrompt], 'prompt_number');
  const fits = builder.constant('prompts_that_fit', 'int64', [], BigInt64Array.of(BigInt(fitsPrompts)));
  const isTooMany = builder.add('Greater', [count, fits], 'is_too_many');
  const shapes = [builder.integers(IMPOSSIBLE_SHAPE), builder.integers([1, 1])];
  const shape = builder.add('Where', [isTooMany, ...shapes], 'shape');
  const mean = builder.add('ReduceMean', [embedding], 'brightness', [intAttribute('keepdims', 0)]);
  const enormous = builder.add('Expand', [mean, shape], 'enormous');
  const maximum = builder.add('ReduceMax', [enormous], 'maximum', [intAttribute('keepdims', 0)]);
  return builder.add('Mul', [maximum, builder.scalar(0)], 'used_memory');
}

/** `[prompts, masks]` */
function addPredictions(
  builder: GraphBuilder,
  kinds: readonly (keyof typeof SAM_PREDICTIONS)[],
  hasBox: string,
  nothing: string,
): string {
  const values = Float32Array.from(kinds, (kind) => SAM_PREDICTIONS[kind]);
  const known = builder.constant('known_predictions', 'float32', [1, kinds.length], values);
  const counted = builder.add('Cast', [hasBox], 'box_counts', [intAttribute('to', 1)]);
  const zeros = builder.add('Mul', [counted, builder.scalar(0)], 'prompt_zeros');
  const byPrompt = builder.add('Add', [known, zeros], 'predictions_by_prompt');
  return builder.add('Add', [byPrompt, nothing], 'predictions');
}

function outputNodes(
  builder: GraphBuilder,
  layout: DecoderLayout,
  masks: string,
  predictions: string,
): Node[] {
  if (layout.hasBatch) {
    const first = builder.integers([0]);
    return [
      node('Unsqueeze', [masks, first], [layout.masks]),
      node('Unsqueeze', [predictions, first], [layout.predictions]),
    ];
  }
  const nodes = [
    node('Identity', [masks], [layout.masks]),
    node('Identity', [predictions], [layout.predictions]),
  ];
  if (!layout.hasPictureSize) return nodes;
  const size = builder.add('Cast', ['orig_im_size'], 'picture_size', [intAttribute('to', 7)]);
  const shape = builder.add('Shape', [masks], 'masks_shape');
  const counts = builder.add('Slice', [shape, builder.integers([0]), builder.integers([2])], 'mask_counts');
  const sizes = builder.add('Concat', [counts, size], 'picture_sizes', [intAttribute('axis', 0)]);
  return [...nodes, node('Resize', [masks, '', '', sizes], ['masks'], [stringAttribute('mode', 'linear')])];
}
