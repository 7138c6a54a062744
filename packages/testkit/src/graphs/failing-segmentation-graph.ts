import { initializer, intAttribute, intsAttribute, modelBytes, node } from '../onnx/model-bytes.js';
import { type SegmentationGraphOptions, segmentationGraphParts } from './segmentation-graph.js';

/** ONNX's number of the type int64. */
const INT64 = 7;
/** Added to the mean of each picture before it is rounded down, so that only white comes to 1. */
const ALMOST_WHITE = 0.02;

export interface FailingSegmentationGraphOptions
  extends Omit<SegmentationGraphOptions, 'inputType' | 'gives'> {
  /** Name of the node that fails: it stands in ONNX Runtime's error. */
  readonly failingNode: string;
}

/**
 * The graph of {@link import('./segmentation-graph.js').segmentationGraph}, with the same answer, that fails where a
 * picture of its batch is white: it gives one element the shape [1 + whether one is].
 * @returns the bytes of the `.onnx` file
 */
export function failingSegmentationGraph({
  failingNode,
  ...options
}: FailingSegmentationGraphOptions): Buffer {
  const outputName = options.outputName ?? 'out';
  const sound = segmentationGraphParts({ ...options, outputName: 'sound_out' });
  const [output, ...others] = sound.outputs;
  const flat = intAttribute('keepdims', 0);
  return modelBytes({
    name: 'failing_segmentation',
    inputs: [sound.input],
    outputs: [{ ...output!, name: outputName }, ...others],
    initializers: [
      ...sound.initializers,
      initializer('zero', 'float32', [1], Float32Array.of(0)),
      initializer('one', 'int64', [1], BigInt64Array.of(1n)),
      initializer('almost_white', 'float32', [], Float32Array.of(ALMOST_WHITE)),
      initializer('one_dimension', 'int64', [1], BigInt64Array.of(1n)),
    ],
    nodes: [
      ...sound.nodes,
      node('ReduceMean', [sound.input.name], ['means'], [intsAttribute('axes', [1, 2, 3]), flat]),
      node('ReduceMax', ['means'], ['mean'], [flat]),
      node('Add', ['mean', 'almost_white'], ['raised_mean']),
      node('Floor', ['raised_mean'], ['whiteness']),
      node('Cast', ['whiteness'], ['whole_whiteness'], [intAttribute('to', INT64)]),
      node('Reshape', ['whole_whiteness', 'one_dimension'], ['is_white']),
      node('Add', ['is_white', 'one'], ['shape']),
      { ...node('Reshape', ['zero', 'shape'], ['offset']), name: failingNode },
      node('Add', ['sound_out', 'offset'], [outputName]),
    ],
  });
}
