import { initializer, modelBytes, node } from '../onnx/model-bytes.js';
import { type SegmentationGraphOptions, segmentationGraphParts } from './segmentation-graph.js';

/** Two edges whose product, in float32, is 1 PiB: more than a process can address. */
const IMPOSSIBLE_SHAPE = [1 << 24, 1 << 24];

export type MemoryHungrySegmentationGraphOptions = Omit<SegmentationGraphOptions, 'inputType' | 'gives'>;

/**
 * The graph of {@link import('./segmentation-graph.js').segmentationGraph}, which loads like it and asks for a
 * petabyte at every run, so that each run ends in ONNX Runtime's own out-of-memory error.
 * @returns the bytes of the `.onnx` file
 */
export function memoryHungrySegmentationGraph(options: MemoryHungrySegmentationGraphOptions): Buffer {
  const outputName = options.outputName ?? 'out';
  const modest = segmentationGraphParts({ ...options, outputName: 'modest_out' });
  const [output, ...others] = modest.outputs;
  return modelBytes({
    name: 'memory_hungry_segmentation',
    inputs: [modest.input],
    outputs: [{ ...output!, name: outputName }, ...others],
    initializers: [
      ...modest.initializers,
      initializer('all_elements', 'int64', [1], BigInt64Array.of(-1n)),
      initializer('impossible_shape', 'int64', [2], BigInt64Array.from(IMPOSSIBLE_SHAPE, BigInt)),
    ],
    nodes: [
      ...modest.nodes,
      node('ReduceMean', ['modest_out'], ['mean']),
      node('Reshape', ['mean', 'all_elements'], ['one_element']),
      node('Expand', ['one_element', 'impossible_shape'], ['enormous']),
      node('ReduceMax', ['enormous'], ['maximum']),
      node('Squeeze', ['maximum'], ['offset']),
      node('Add', ['modest_out', 'offset'], [outputName]),
    ],
  });
}
