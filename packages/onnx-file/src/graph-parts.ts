import type proto from 'onnx-proto';
import type { Initializer } from './initializer.js';
import type { Node } from './node.js';
import { type ValueInfo, valueInfoProto } from './value-info.js';

/** What a graph is made of. The nodes stand in an order in which they can run. */
export interface GraphParts {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly Node[];
}

export function graphProto(parts: GraphParts): proto.onnx.IGraphProto {
  return {
    name: parts.name,
    input: parts.inputs.map(valueInfoProto),
    output: parts.outputs.map(valueInfoProto),
    initializer: [...parts.initializers],
    node: [...parts.nodes],
  };
}
