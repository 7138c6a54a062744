import { initializer, modelBytes, type Node, node, tensorAttribute } from '../onnx/model-bytes.js';
import { multiplyingLoopBody } from './multiplying-loop-body.js';
import { type SegmentationGraphOptions, segmentationGraphParts } from './segmentation-graph.js';

const MATRIX_EDGE = 512;
/** Few enough multiplications that ONNX Runtime never shares them between threads. */
export const ONE_THREAD_MATRIX_EDGE = 32;

export interface SlowSegmentationGraphOptions extends Omit<SegmentationGraphOptions, 'inputType' | 'gives'> {
  /** How often a square matrix is multiplied by another in each run. */
  readonly iterations: number;
  /** Rows and columns of both. Default 512: some milliseconds each time on one CPU core. */
  readonly matrixEdge?: number;
}

/**
 * The graph of {@link import('./segmentation-graph.js').segmentationGraph}, with the same answer, that takes long
 * inside one single run: a Loop multiplies a matrix `iterations` times, and the mean of the last product is added to
 * every logit, which changes neither argmax nor softmax.
 * @returns the bytes of the `.onnx` file
 */
export function slowSegmentationGraph({
  iterations,
  matrixEdge = MATRIX_EDGE,
  ...options
}: SlowSegmentationGraphOptions): Buffer {
  const outputName = options.outputName ?? 'out';
  const quick = segmentationGraphParts({ ...options, outputName: 'quick_out' });
  const [output, ...others] = quick.outputs;
  return modelBytes({
    name: 'slow_segmentation',
    inputs: [quick.input],
    outputs: [{ ...output!, name: outputName }, ...others],
    initializers: [
      ...quick.initializers,
      initializer('iterations', 'int64', [], BigInt64Array.of(BigInt(iterations))),
      initializer('go_on', 'bool', [], Uint8Array.of(1)),
      initializer('matrix_shape', 'int64', [2], BigInt64Array.of(BigInt(matrixEdge), BigInt(matrixEdge))),
    ],
    nodes: [
      ...quick.nodes,
      constantMatrix('ones', 1),
      // Every element is one over the edge, so that the product of a matrix of ones with it is ones again.
      constantMatrix('averaging', 1 / matrixEdge),
      node(
        'Loop',
        ['iterations', 'go_on', 'ones'],
        ['product'],
        [multiplyingLoopBody('averaging', matrixEdge)],
      ),
      node('ReduceMean', ['product'], ['mean'], []),
      node('Squeeze', ['mean'], ['offset'], []),
      node('Add', ['quick_out', 'offset'], [outputName]),
    ],
  });
}

function constantMatrix(name: string, value: number): Node {
  const filledWith = initializer('value', 'float32', [1], Float32Array.of(value));
  return node('ConstantOfShape', ['matrix_shape'], [name], [tensorAttribute('value', filledWith)]);
}
