import {
  graphAttribute,
  initializer,
  modelBytes,
  type Node,
  node,
  tensorAttribute,
} from '../onnx/model-bytes.js';
import { type SegmentationGraphOptions, segmentationGraphParts } from './segmentation-graph.js';

const MATRIX_EDGE = 512;

export interface SlowSegmentationGraphOptions extends Omit<SegmentationGraphOptions, 'inputType' | 'gives'> {
  /** How often a 512 × 512 matrix is multiplied by another in each run: some milliseconds each on one CPU core. */
  readonly iterations: number;
}

/**
 * The graph of {@link import('./segmentation-graph.js').segmentationGraph}, with the same answer, that takes long
 * inside one single run: a Loop multiplies a matrix `iterations` times, and the mean of the last product is added to
 * every logit, which changes neither argmax nor softmax.
 * @returns the bytes of the `.onnx` file
 */
export function slowSegmentationGraph({ iterations, ...options }: SlowSegmentationGraphOptions): Buffer {
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
      initializer('matrix_shape', 'int64', [2], BigInt64Array.of(BigInt(MATRIX_EDGE), BigInt(MATRIX_EDGE))),
    ],
    nodes: [
      ...quick.nodes,
      constantMatrix('ones', 1),
      // Every element is one over the edge, so that the product of a matrix of ones with it is ones again.
      constantMatrix('averaging', 1 / MATRIX_EDGE),
      multiplyingLoop(),
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

function multiplyingLoop(): Node {
  const matrix = [MATRIX_EDGE, MATRIX_EDGE];
  const body = graphAttribute('body', {
    name: 'multiply',
    inputs: [
      { name: 'iteration', type: 'int64', dims: [] },
      { name: 'go_on_in', type: 'bool', dims: [] },
      { name: 'factor', type: 'float32', dims: matrix },
    ],
    outputs: [
      { name: 'go_on_out', type: 'bool', dims: [] },
      { name: 'factor_out', type: 'float32', dims: matrix },
    ],
    initializers: [],
    nodes: [
      node('Identity', ['go_on_in'], ['go_on_out']),
      node('MatMul', ['factor', 'averaging'], ['factor_out']),
    ],
  });
  return node('Loop', ['iterations', 'go_on', 'ones'], ['product'], [body]);
}
