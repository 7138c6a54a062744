import { type Initializer, initializer, modelBytes, type Node, node } from '../onnx/model-bytes.js';
import { type SegmentationGraphOptions, segmentationGraphParts } from './segmentation-graph.js';

/** Two edges whose product, in float32, is 1 PiB: more than a process can address. */
const IMPOSSIBLE_SHAPE = [1 << 24, 1 << 24];

export interface MemoryHungrySegmentationGraphOptions
  extends Omit<SegmentationGraphOptions, 'inputType' | 'gives'> {
  /** The largest input that memory suffices for, in elements of the whole batch. Default 0: none. */
  readonly fitsElements?: number;
}

/**
 * The graph of {@link import('./segmentation-graph.js').segmentationGraph}, which loads like it and asks for a
 * petabyte at every run of more input elements than fit, so that such a run ends in ONNX Runtime's own out-of-memory
 * error. Its logits are those of that graph, plus one constant.
 * @returns the bytes of the `.onnx` file
 */
export function memoryHungrySegmentationGraph(options: MemoryHungrySegmentationGraphOptions): Buffer {
  const { fitsElements = 0, outputName = 'out' } = options;
  const modest = segmentationGraphParts({ ...options, outputName: 'modest_out' });
  const [output, ...others] = modest.outputs;
  return modelBytes({
    name: 'memory_hungry_segmentation',
    inputs: [modest.input],
    outputs: [{ ...output!, name: outputName }, ...others],
    initializers: [
      ...modest.initializers,
      int64('all_elements', [1], [-1]),
      int64('possible_shape', [2], [1, 1]),
      int64('impossible_shape', [2], IMPOSSIBLE_SHAPE),
      int64('elements_that_fit', [], [fitsElements]),
    ],
    nodes: [
      ...modest.nodes,
      ...shapeBySize(modest.input.name),
      node('ReduceMean', ['modest_out'], ['mean']),
      node('Reshape', ['mean', 'all_elements'], ['one_element']),
      node('Expand', ['one_element', 'shape'], ['enormous']),
      node('ReduceMax', ['enormous'], ['maximum']),
      node('Squeeze', ['maximum'], ['offset']),
      node('Add', ['modest_out', 'offset'], [outputName]),
    ],
  });
}

/** `shape` is the impossible one where the input has more elements than fit. */
function shapeBySize(inputName: string): Node[] {
  return [
    node('Size', [inputName], ['elements']),
    node('Greater', ['elements', 'elements_that_fit'], ['is_too_large']),
    node('Where', ['is_too_large', 'impossible_shape', 'possible_shape'], ['shape']),
  ];
}

function int64(name: string, dims: readonly number[], values: readonly number[]): Initializer {
  return initializer(name, 'int64', dims, BigInt64Array.from(values, BigInt));
}
