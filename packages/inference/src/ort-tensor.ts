import type { Tensor, TensorType } from '@darkroom/tensor';
import { Tensor as OrtTensor } from 'onnxruntime-node';

const TENSOR_TYPES: ReadonlySet<string> = new Set<TensorType>([
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'uint8',
  'int8',
  'bool',
]);

/** Whether Darkroom has tensors of this element type. */
export function isTensorType(type: string): type is TensorType {
  return TENSOR_TYPES.has(type);
}

/**
 * Half-precision data as its raw 16-bit patterns, not copied: ONNX Runtime gives a Uint16Array on Node 20 and a
 * Float16Array where Node has one.
 */
export function halfPrecisionBits(data: ArrayBufferView): Uint16Array {
  if (data instanceof Uint16Array) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / Uint16Array.BYTES_PER_ELEMENT);
}

type HalfPrecisionArray = new (
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
) => ArrayBufferView;

/** The reverse: raw patterns as the type of array that ONNX Runtime takes for half precision on this Node. */
export function halfPrecisionArray(
  bits: Uint16Array,
  Float16Array = (globalThis as { Float16Array?: HalfPrecisionArray }).Float16Array,
): ArrayBufferView {
  return Float16Array ? new Float16Array(bits.buffer, bits.byteOffset, bits.length) : bits;
}

/** The tensor for ONNX Runtime, over the same memory. */
export function toOrtTensor(tensor: Tensor): OrtTensor {
  const data = tensor.type === 'float16' ? (halfPrecisionArray(tensor.data) as Uint16Array) : tensor.data;
  return new OrtTensor(tensor.type, data, tensor.dims);
}

/** ONNX Runtime's tensor as ours, over the same memory. Its type must be one of {@link isTensorType}. */
export function fromOrtTensor(tensor: OrtTensor): Tensor {
  const { type, dims, data } = tensor;
  const ours = type === 'float16' ? halfPrecisionBits(data as Uint16Array) : data;
  return { type, dims, data: ours } as Tensor;
}
