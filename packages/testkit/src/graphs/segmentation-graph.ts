import { float32ToFloat16 } from '@darkroom/tensor';
import {
  type Initializer,
  initializer,
  intAttribute,
  intsAttribute,
  modelBytes,
  type Node,
  node,
  type ValueInfo,
} from '../onnx/model-bytes.js';
import { referenceColor } from './reference-color.js';

export type GraphLayout = 'nchw' | 'nhwc';

export interface SegmentationGraphOptions {
  readonly classes: number;
  /** Order of the dimensions of input and output. Default `nchw`. */
  readonly layout?: GraphLayout;
  /** Type of input and output. Default `float32`. */
  readonly inputType?: 'float32' | 'float16';
  /** Size of the input in pixels; `null` (the default) leaves it free. */
  readonly size?: { readonly height: number; readonly width: number } | null;
  /** The output is smaller than the input by this factor, rounded up. Default 1. */
  readonly reduction?: 1 | 2 | 4 | 8;
  /** Whether the first dimension is free instead of 1. */
  readonly freeBatch?: boolean;
  /** Name of a second output beside `out`; it holds the logits negated, so using it by mistake shows. */
  readonly auxiliaryOutput?: string;
  readonly inputName?: string;
  readonly outputName?: string;
  /** `class-ids` ends the graph in an ArgMax: int64 `[batch, height, width]`. Default `logits`. */
  readonly gives?: 'logits' | 'class-ids';
}

/** Names, shapes and nodes of a segmentation graph, for graphs that add something to it. */
export interface SegmentationGraphParts {
  readonly input: ValueInfo;
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly Node[];
}

const outputDim = (size: number | undefined, reduction: number, word: string) =>
  size === undefined ? `${word}_out` : Math.ceil(size / reduction);

function inLayout<Dim>(layout: GraphLayout, batch: Dim, channels: Dim, height: Dim, width: Dim): Dim[] {
  return layout === 'nchw' ? [batch, channels, height, width] : [batch, height, width, channels];
}

/** Weights [classes, 3, 1, 1] and bias [classes] of the convolution described at {@link segmentationGraph}. */
function classifierConstants(classes: number, type: 'float32' | 'float16'): Initializer[] {
  const weights = new Float32Array(classes * 3);
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    const color = referenceColor(k, classes);
    weights.set(
      color.map((channel) => 2 * channel),
      k * 3,
    );
    bias[k] = -color.reduce((sum, channel) => sum + channel * channel, 0);
  }
  const stored = (values: Float32Array) => (type === 'float16' ? float32ToFloat16(values) : values);
  return [
    initializer('weights', type, [classes, 3, 1, 1], stored(weights)),
    initializer('bias', type, [classes], stored(bias)),
  ];
}

/** The graph of {@link segmentationGraph} before it is made into bytes. */
export function segmentationGraphParts(options: SegmentationGraphOptions): SegmentationGraphParts {
  const { classes, layout = 'nchw', inputType = 'float32', size, reduction = 1 } = options;
  const { auxiliaryOutput, inputName = 'input', outputName = 'out', gives = 'logits' } = options;
  const batch = options.freeBatch ? 'batch' : 1;
  const height = outputDim(size?.height, reduction, 'height');
  const width = outputDim(size?.width, reduction, 'width');
  const inputDims = inLayout(layout, batch, 3, size?.height ?? 'height', size?.width ?? 'width');
  const logitDims = inLayout<number | string>(layout, batch, classes, height, width);
  const auxiliary: ValueInfo[] = auxiliaryOutput
    ? [{ name: auxiliaryOutput, type: inputType, dims: logitDims }]
    : [];
  const output: ValueInfo =
    gives === 'class-ids'
      ? { name: outputName, type: 'int64', dims: [batch, height, width] }
      : { name: outputName, type: inputType, dims: logitDims };
  const nodes = [...logitNodes(inputName, layout, reduction)];
  if (gives === 'class-ids') nodes.push(argMax(LOGITS, outputName, layout));
  else nodes.push(node('Identity', [LOGITS], [outputName]));
  nodes.push(...auxiliary.map(({ name }) => node('Neg', [LOGITS], [name])));
  return {
    input: { name: inputName, type: inputType, dims: inputDims },
    outputs: [output, ...auxiliary],
    initializers: classifierConstants(classes, inputType),
    nodes,
  };
}

/** The value that {@link logitNodes} end in. */
const LOGITS = 'logits_of_all';

/** From the input to the logits in the same layout: blocks averaged, then classified. */
function logitNodes(inputName: string, layout: GraphLayout, reduction: number): Node[] {
  const isInterleaved = layout === 'nhwc';
  const planar = isInterleaved ? 'planar_input' : inputName;
  const reduced = reduction > 1 ? 'reduced_input' : planar;
  const classified = isInterleaved ? 'planar_logits' : LOGITS;
  const window = [reduction, reduction];
  const pooling = [
    intsAttribute('kernel_shape', window),
    intsAttribute('strides', window),
    intAttribute('ceil_mode', 1),
  ];
  const nodes = [node('Conv', [reduced, 'weights', 'bias'], [classified])];
  if (reduction > 1) nodes.unshift(node('AveragePool', [planar], [reduced], pooling));
  if (isInterleaved) {
    nodes.unshift(node('Transpose', [inputName], [planar], [intsAttribute('perm', [0, 3, 1, 2])]));
    nodes.push(node('Transpose', [classified], [LOGITS], [intsAttribute('perm', [0, 2, 3, 1])]));
  }
  return nodes;
}

function argMax(logits: string, output: string, layout: GraphLayout): Node {
  return node(
    'ArgMax',
    [logits],
    [output],
    [intAttribute('axis', layout === 'nchw' ? 1 : 3), intAttribute('keepdims', 0)],
  );
}

/**
 * A tiny network whose answer is known: the class of a pixel is the one whose {@link referenceColor} is nearest to
 * the pixel's. Its input is RGB from 0 to 1 (scale 1/255, no mean, no std). It is one 1 × 1 convolution,
 * logit of class k = 2·c·rgb − |c|² with c the reference colour of k, which is |rgb|² − |rgb − c|² and so largest
 * where the distance is smallest. With a `reduction` the picture is averaged over blocks first.
 * @returns the bytes of the `.onnx` file
 */
export function segmentationGraph(options: SegmentationGraphOptions): Buffer {
  const { input, outputs, initializers, nodes } = segmentationGraphParts(options);
  return modelBytes({ name: 'segmentation', inputs: [input], outputs, initializers, nodes });
}
