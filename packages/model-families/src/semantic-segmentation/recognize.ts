import type { Preparation } from '@darkroom/contracts';
import { describeSpec } from '@darkroom/tensor';
import { IMAGENET_STATISTICS } from '../imagenet-statistics.js';
import type { GraphCandidate, GraphRecognition } from '../recognition.js';
import { type ChosenOutput, chooseOutput, TORCHVISION_OUTPUT } from './choose-output.js';

/** `resize_size` of torchvision's segmentation weights. */
const TORCHVISION_SHORTEST_EDGE = 520;
/** What most networks of transformers take where their preprocessor says nothing. */
const TRANSFORMERS_SIDE = 512;
const ARCHITECTURE = /ForSemanticSegmentation$/;
/** One class is a matte, and three channels are a picture, more often than not. */
const FEWEST_CLASSES = 2;

/** Whether a graph gives logits for each class and pixel. */
export function recognize(candidate: GraphCandidate): GraphRecognition | null {
  const { signature, labels, architecture } = candidate;
  const layout = candidate.layout ?? 'nchw';
  const hints = { preparation: { layout }, ...(labels && { labels: [...labels] }) };
  const { chosen } = signature.inputs.length === 1 ? chooseOutput(hints, {}, signature.outputs) : noOutput;
  if (!chosen || !hasOnlyMaps(candidate) || !isMap(chosen)) return null;
  const { spec, classes } = chosen;
  if (classes !== null && classes < FEWEST_CLASSES) return null;
  const isNamed = architecture !== null && ARCHITECTURE.test(architecture);
  if (architecture !== null && !isNamed) return null;
  const isTorchvision = spec.name === TORCHVISION_OUTPUT;
  const isLabelled = labels !== null && labels.length === classes;
  return {
    sureness: isNamed ? 'certain' : isTorchvision || isLabelled ? 'likely' : 'possible',
    reason: `output ${describeSpec(spec)} has ${classes === null ? 'the' : classes} classes of each pixel${isNamed ? `, as those of ${architecture}` : ''}`,
    classes,
    preparation: preparationFor(candidate, isTorchvision),
    familyOptions: signature.outputs.length > 1 && !isTorchvision ? { output: spec.name } : {},
  };
}

const noOutput = { chosen: null };

/** Detectors give masks beside their boxes; here is nothing but maps. */
function hasOnlyMaps({ signature }: GraphCandidate): boolean {
  return signature.outputs.every(({ dims }) => dims.length === 4);
}

/** Classes of a whole picture come with sizes of 1. */
function isMap({ spec, layout }: ChosenOutput): boolean {
  const sizes = layout === 'nchw' ? spec.dims.slice(2) : spec.dims.slice(1, 3);
  return sizes.every((size) => size === null || size > 1);
}

/** TensorFlow's networks, whose layout is `nhwc`, mostly take −1 to 1; others ImageNet's statistics. */
function preparationFor(
  { layout, width, height, architecture }: GraphCandidate,
  isTorchvision: boolean,
): Partial<Preparation> {
  const values: Partial<Preparation> =
    layout === 'nhwc' ? { layout, scale: 1 / 127.5, mean: [1, 1, 1] } : IMAGENET_STATISTICS;
  const resampler = 'pil-bilinear';
  if (width !== null && height !== null) return { resize: 'stretch', width, height, resampler, ...values };
  if (isTorchvision) {
    return { resize: 'shortest-edge', shortest_edge: TORCHVISION_SHORTEST_EDGE, resampler, ...values };
  }
  const side = architecture === null ? {} : { width: TRANSFORMERS_SIDE, height: TRANSFORMERS_SIDE };
  return { resize: 'stretch', ...side, resampler, ...values };
}
