import type { TensorType } from '@darkroom/tensor';
import {
  GraphBuilder,
  intAttribute,
  intsAttribute,
  modelBytes,
  type Node,
  node,
  type ValueInfo,
} from '../onnx/model-bytes.js';

/** One output of a detection graph. */
export interface DetectionGraphOutput {
  readonly name: string;
  /** Sizes behind the batch. */
  readonly shape: readonly number[];
  /** What it holds for a black picture. */
  readonly values: readonly number[];
  /** What is added for a white one, in proportion for what lies between. Default nothing. */
  readonly addedForWhite?: readonly number[];
  /** Default `float32`. */
  readonly type?: 'float32' | 'float16' | 'int64' | 'int32';
  /** Sizes behind the batch as the graph declares them, a word for a free one. Default the true ones. */
  readonly declaredShape?: readonly (number | string)[];
  /** Whether there is no batch in front of the sizes: rows of one picture. */
  readonly withoutBatch?: boolean;
}

export interface DetectionGraphOptions {
  readonly outputs: readonly DetectionGraphOutput[];
  readonly inputName?: string;
  /** Default `float32`. */
  readonly inputType?: 'float32' | 'float16';
  /** Size of the input in pixels; `null` (the default) leaves it free. */
  readonly size?: { readonly height: number; readonly width: number } | null;
  /** Whether the first dimension is free instead of 1. */
  readonly freeBatch?: boolean;
  /** Whether the input is a picture without a batch around it. */
  readonly inputWithoutBatch?: boolean;
  /** Sizes of a second input, `pixel_mask` of int64, whose mean the picture's mean is multiplied with. */
  readonly pixelMask?: readonly (number | string)[];
}

const PIXEL_MASK = 'pixel_mask';

/** ONNX's numbers of types. */
const TYPE_NUMBERS: Readonly<Partial<Record<TensorType, number>>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
};

/**
 * A graph that gives detections that are known, in whatever layout: each output is a constant, plus another one
 * times the mean of the picture's values (0 to 1 where the input is scaled to that). So two pictures of a batch can be
 * told apart, and boxes that move with the brightness show how the input was scaled.
 * @returns the bytes of the `.onnx` file
 */
export function detectionGraph(options: DetectionGraphOptions): Buffer {
  const { outputs, freeBatch } = options;
  const batch = freeBatch ? ['batch'] : [1];
  const inputs = inputsOf(options, batch);
  const builder = new GraphBuilder([...inputs, ...outputs].map(({ name }) => name));
  const brightness = addBrightness(builder, inputs[0]!.name, options);
  const nodes = outputs.map((output) => outputNode(builder, brightness, output));
  const declared = outputs.map(({ name, type = 'float32', shape, declaredShape = shape, withoutBatch }) => ({
    name,
    type,
    dims: [...(withoutBatch ? [] : batch), ...declaredShape],
  }));
  const graph = builder.graph('detection', inputs, declared);
  return modelBytes({ ...graph, nodes: [...graph.nodes, ...nodes] });
}

function inputsOf(options: DetectionGraphOptions, batch: readonly (number | string)[]): ValueInfo[] {
  const { inputName = 'images', inputType = 'float32', size, inputWithoutBatch, pixelMask } = options;
  const dims = [...(inputWithoutBatch ? [] : batch), 3, size?.height ?? 'height', size?.width ?? 'width'];
  const mask: ValueInfo[] = pixelMask ? [{ name: PIXEL_MASK, type: 'int64', dims: pixelMask }] : [];
  return [{ name: inputName, type: inputType, dims }, ...mask];
}

/** The mean of each picture's values: `[batch, 1, 1, 1]`. */
function addBrightness(
  builder: GraphBuilder,
  picture: string,
  { inputWithoutBatch, pixelMask }: DetectionGraphOptions,
): string {
  const batch = inputWithoutBatch
    ? builder.add('Unsqueeze', [picture, builder.integers([0])], 'batch')
    : picture;
  const mean = addMean(builder, batch);
  if (!pixelMask) return mean;
  const mask = builder.add('Cast', [PIXEL_MASK], 'mask', [intAttribute('to', TYPE_NUMBERS.float32!)]);
  const planar = builder.add('Unsqueeze', [mask, builder.integers([1])], 'planar_mask');
  return builder.add('Mul', [mean, addMean(builder, planar)], 'masked_brightness');
}

function addMean(builder: GraphBuilder, planes: string): string {
  const mean = builder.add('ReduceMean', [planes], 'mean', [
    intsAttribute('axes', [1, 2, 3]),
    intAttribute('keepdims', 1),
  ]);
  return builder.add('Cast', [mean], 'brightness', [intAttribute('to', TYPE_NUMBERS.float32!)]);
}

/** The last operation of an output, which has its very name; those before it go to the builder. */
function outputNode(builder: GraphBuilder, brightness: string, output: DetectionGraphOutput): Node {
  const { name, shape, values, type = 'float32', withoutBatch } = output;
  const dims = [1, ...shape];
  const added = output.addedForWhite ?? values.map(() => 0);
  const base = builder.constant(`${name}_base`, 'float32', dims, Float32Array.from(values));
  const slope = builder.constant(`${name}_slope`, 'float32', dims, Float32Array.from(added));
  const ofPicture = builder.add(
    'Reshape',
    [brightness, builder.integers([-1, ...shape.map(() => 1)])],
    `${name}_brightness`,
  );
  const moved = builder.add('Mul', [ofPicture, slope], `${name}_moved`);
  const sum = builder.add('Add', [base, moved], `${name}_sum`);
  const rows = withoutBatch ? builder.add('Squeeze', [sum, builder.integers([0])], `${name}_rows`) : sum;
  return node('Cast', [rows], [name], [intAttribute('to', TYPE_NUMBERS[type]!)]);
}
