import proto from 'onnx-proto';

const { onnx } = proto;

/** Element types that the test graphs use. */
export type ElementType = 'float32' | 'float16' | 'int64' | 'bool';

/** A named input or output. A size given as a word is free, and the word is its name in the graph. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export type Node = proto.onnx.INodeProto;
export type Initializer = proto.onnx.ITensorProto;
export type Attribute = proto.onnx.IAttributeProto;

export interface GraphParts {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly Node[];
}

const OPSET_VERSION = 17;
const IR_VERSION = 8;

const dataTypes = {
  float32: onnx.TensorProto.DataType.FLOAT,
  float16: onnx.TensorProto.DataType.FLOAT16,
  int64: onnx.TensorProto.DataType.INT64,
  bool: onnx.TensorProto.DataType.BOOL,
} as const;

function valueInfo({ name, type, dims }: ValueInfo): proto.onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: dataTypes[type], shape: { dim } } } };
}

/** A constant of the graph; `data` holds its elements as they lie in memory (little-endian). */
export function initializer(
  name: string,
  type: ElementType,
  dims: readonly number[],
  data: Float32Array | Uint16Array | BigInt64Array | Uint8Array,
): Initializer {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType: dataTypes[type], dims: [...dims], rawData };
}

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

export function intsAttribute(name: string, ints: readonly number[]): Attribute {
  return { name, type: onnx.AttributeProto.AttributeType.INTS, ints: [...ints] };
}

export function intAttribute(name: string, i: number): Attribute {
  return { name, type: onnx.AttributeProto.AttributeType.INT, i };
}

export function tensorAttribute(name: string, t: Initializer): Attribute {
  return { name, type: onnx.AttributeProto.AttributeType.TENSOR, t };
}

/** A graph inside a node, such as the body of a Loop. */
export function graphAttribute(name: string, parts: GraphParts): Attribute {
  return { name, type: onnx.AttributeProto.AttributeType.GRAPH, g: graphProto(parts) };
}

function graphProto(parts: GraphParts): proto.onnx.IGraphProto {
  return {
    name: parts.name,
    input: parts.inputs.map(valueInfo),
    output: parts.outputs.map(valueInfo),
    initializer: [...parts.initializers],
    node: [...parts.nodes],
  };
}

/** The graph as the bytes of an `.onnx` file (opset 17, IR version 8). */
export function modelBytes(parts: GraphParts): Buffer {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET_VERSION }],
    producerName: 'darkroom-testkit',
    graph: graphProto(parts),
  });
  return Buffer.from(onnx.ModelProto.encode(model).finish());
}
