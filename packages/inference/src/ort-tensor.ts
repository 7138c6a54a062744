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

/** The tensor for ONNX Runtime, over the same memory. */
export function toOrtTensor({ type, dims, data }: Tensor): OrtTensor {
  if (type !== 'float16') return new OrtTensor(type, data, dims);
  // Where Node has a Float16Array, ONNX Runtime's constructor wants one, but its native part (1.30) finds nothing in
  // it: "not enough space: expected 12, got 0". Raw patterns under the right name pass both, on any Node.
  return Object.defineProperty(new OrtTensor('uint16', data, dims), 'type', { value: 'float16' });
}

/** ONNX Runtime's tensor as ours, over the same memory. Its type must be one of {@link isTensorType}. */
export function fromOrtTensor(tensor: OrtTensor): Tensor {
  const { type, dims, data } = tensor;
  const ours = type === 'float16' ? halfPrecisionBits(data as Uint16Array) : data;
  return { type, dims, data: ours } as Tensor;
}
