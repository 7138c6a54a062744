import type proto from 'onnx-proto';

export type Node = proto.onnx.INodeProto;
export type Attribute = proto.onnx.IAttributeProto;

/** One operation of a graph. An input that is left out is an empty text. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly Attribute[] = [],
): Node {
  return {
    opType,
    name: `${opType}_${output[0]}`,
    input: [...input],
    output: [...output],
    attribute: [...attribute],
  };
}
