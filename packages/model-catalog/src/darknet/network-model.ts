import { type GraphBuilder, intAttribute, modelBytes, type ValueInfo } from '@darkroom/onnx-file';
import { type Head, VALUES_BEFORE_CLASSES } from './heads/head.js';
import { candidatesOf, type ImportedNetwork, INPUT_NAME } from './import-network.js';

/** The output with the rows of all heads, float32 `[batch, candidates, 5 + classes]`. */
const DETECTIONS = 'detections';
const BATCH = 'batch';

/**
 * The network as the bytes of an `.onnx` file. Its input is `[batch, 3, height, width]`, RGB from 0 to 1.
 * @param exposedLayers layers that are to be outputs too, as `layer_<index>`; for looking into a network
 * @throws OnnxFileError when it would be larger than an `.onnx` file can be
 */
export function networkModel(network: ImportedNetwork, exposedLayers: readonly number[] = []): Buffer {
  const { graph, heads, input, outputs } = network;
  const exposed = exposedLayers.map((index): ValueInfo => {
    const { value, shape } = outputs[index]!;
    const name = graph.add('Identity', [value], `layer_${index}`);
    return { name, type: 'float32', dims: [BATCH, shape.channels, shape.height, shape.width] };
  });
  const detections = heads.length === 0 ? [] : [addDetections(graph, heads)];
  const inputs: ValueInfo[] = [
    { name: INPUT_NAME, type: 'float32', dims: [BATCH, 3, input.height, input.width] },
  ];
  return modelBytes(graph.graph('darknet', inputs, [...detections, ...exposed]));
}

function addDetections(graph: GraphBuilder, heads: readonly Head[]): ValueInfo {
  const rows = heads.map((head) => head.rows);
  const name = graph.add('Concat', rows, DETECTIONS, [intAttribute('axis', 1)]);
  const values = VALUES_BEFORE_CLASSES + heads[0]!.classes;
  return { name, type: 'float32', dims: [BATCH, candidatesOf(heads), values] };
}
