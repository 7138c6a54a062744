import type { TensorType } from '@darkroom/tensor';
import proto from 'onnx-proto';

const { DataType } = proto.onnx.TensorProto;

/** Types of elements that graphs are written with: those that Darkroom has tensors of. */
const NUMBERS: Readonly<Record<TensorType, number>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  int64: DataType.INT64,
  int32: DataType.INT32,
  uint8: DataType.UINT8,
  int8: DataType.INT8,
  bool: DataType.BOOL,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** The number that stands for a type of elements in an `.onnx` file. */
export function dataTypeOf(type: TensorType): number {
  return NUMBERS[type];
}

/**
 * The name of a type of elements by its number in the file: a tensor's type where Darkroom has such tensors, else
 * ONNX's own word in lower case (`bfloat16`, `string`), or `type 4711` where it is newer than all that.
 */
export function elementTypeName(dataType: number): string {
  return NAMES.get(dataType) ?? DataType[dataType]?.toLowerCase() ?? `type ${dataType}`;
}
