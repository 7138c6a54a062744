import type { TensorData, TensorType } from '@darkroom/tensor';
import type proto from 'onnx-proto';
import { dataTypeOf } from './element-type.js';

/** A constant of a graph, such as the weights of a convolution. */
export type Initializer = proto.onnx.ITensorProto;

/** A constant of the graph; `data` holds its elements as they lie in memory (little-endian) and is not copied. */
export function initializer(
  name: string,
  type: TensorType,
  dims: readonly number[],
  data: TensorData,
): Initializer {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType: dataTypeOf(type), dims: [...dims], rawData };
}
