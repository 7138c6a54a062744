import type { Preparation } from '@darkroom/contracts';
import { describeSpec } from '@darkroom/tensor';
import { IMAGENET_STATISTICS } from '../imagenet-statistics.js';
import type { GraphCandidate, GraphRecognition } from '../recognition.js';
import { pixelMaskAmong } from './choose-inputs.js';
import { type ChosenOutputs, chooseOutputs } from './choose-outputs.js';
import type { Activation, DetrOptions } from './options.js';

/** One kind of network and what it is trained with. */
interface Kind {
  readonly activation: Activation;
  /** Of pairs of a query and a class; `null` for as many as there are queries. */
  readonly topK: number | null;
  readonly preparation: Partial<Preparation>;
}

const SHORTEST_EDGE: Partial<Preparation> = {
  resize: 'shortest-edge',
  shortest_edge: 800,
  longest_edge: 1333,
  shortest_edge_rounding: 'transformers',
  resampler: 'pil-bilinear',
  ...IMAGENET_STATISTICS,
};
const SQUARE: Partial<Preparation> = {
  resize: 'stretch',
  width: 640,
  height: 640,
  resampler: 'pil-bilinear',
};

const DETR: Kind = { activation: 'softmax', topK: null, preparation: SHORTEST_EDGE };
const CONDITIONAL: Kind = { activation: 'sigmoid', topK: 100, preparation: SHORTEST_EDGE };
const YOLOS: Kind = { ...DETR, preparation: { ...SHORTEST_EDGE, shortest_edge_rounding: 'yolos' } };
/** RT-DETR's pixels are from 0 to 1, and nothing is taken off them. */
const RT_DETR: Kind = { activation: 'sigmoid', topK: null, preparation: SQUARE };
const RF_DETR: Kind = { ...RT_DETR, preparation: { ...SQUARE, ...IMAGENET_STATISTICS } };

/** By what stands before `ForObjectDetection` in the `architectures` of transformers. */
const ARCHITECTURES: Readonly<Record<string, Kind>> = {
  Detr: DETR,
  TableTransformer: DETR,
  Yolos: YOLOS,
  ConditionalDetr: CONDITIONAL,
  DeformableDetr: CONDITIONAL,
  RTDetr: RT_DETR,
  RTDetrV2: RT_DETR,
  DFine: RT_DETR,
  RfDetr: RF_DETR,
};
const ARCHITECTURE = /^(\w+)ForObjectDetection$/;

/** Classes of COCO: with the numbers that it leaves out, and without. */
const COCO_CLASSES: readonly number[] = [91, 90, 80];

/** Whether a graph gives logits and boxes for each query, and of which kind of network. */
export function recognize(candidate: GraphCandidate): GraphRecognition | null {
  const { signature, architecture } = candidate;
  const { chosen } = chooseOutputs({}, signature.outputs);
  const others = signature.inputs.length - (pixelMaskAmong(signature.inputs) ? 1 : 0);
  if (!chosen || others !== 1) return null;
  const match = architecture === null ? null : ARCHITECTURE.exec(architecture);
  if (architecture !== null && !match) return null;
  const named = match ? ARCHITECTURES[match[1]!] : undefined;
  const kind = named ?? guessKind(candidate, chosen);
  const logits = chosen.logits.dims[2] ?? null;
  const isNamed = chosen.logits.name === 'logits' && chosen.boxes.name === 'pred_boxes';
  return {
    sureness: named ? 'certain' : isNamed ? 'likely' : 'possible',
    reason:
      `outputs ${describeSpec(chosen.logits)}; ${describeSpec(chosen.boxes)} are logits and boxes of queries` +
      `${named ? `, as those of ${architecture}` : `; scores are taken by ${kind.activation}`}`,
    classes: logits === null ? null : logits - (kind.activation === 'softmax' ? 1 : 0),
    preparation: preparationFor(kind, candidate),
    familyOptions: {
      activation: kind.activation,
      ...(kind.topK !== null && { top_k: kind.topK }),
    } satisfies DetrOptions,
  };
}

/** By the number of logits: with softmax there is one more than classes. */
function guessKind({ signature, labels }: GraphCandidate, { logits, boxes }: ChosenOutputs): Kind {
  const count = logits.dims[2] ?? null;
  const hasClassForEach = labels
    ? labels.length === count
    : (count !== null && COCO_CLASSES.includes(count)) || boxes.name === 'dets';
  if (!hasClassForEach) return DETR;
  if (pixelMaskAmong(signature.inputs)) return CONDITIONAL;
  return boxes.name === 'dets' ? RF_DETR : RT_DETR;
}

function preparationFor({ preparation }: Kind, { width, height }: GraphCandidate): Partial<Preparation> {
  if (width === null || height === null) return preparation;
  const { mean, std } = preparation;
  return { ...SQUARE, width, height, ...(mean && { mean }), ...(std && { std }) };
}
