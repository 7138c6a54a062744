import {
  decodeSafetensors,
  encodeSafetensors,
  float32ToFloat16,
  type Tensor,
  toFloat32,
} from '@darkroom/tensor';
import type { Embedding } from './embedding-cache.js';

const INFINITY_BITS = 0x7c00;
const MAGNITUDE_BITS = 0x7fff;

/**
 * An embedding as a `.safetensors` file in half precision, half the size at a relative error of at most 2⁻¹¹. A tensor
 * with a number that half precision doesn't reach (beyond 65,504) stays as it is.
 */
export function encodeEmbedding(embedding: Embedding): Buffer {
  const tensors = Object.entries(embedding).map(([name, tensor]) => [name, halved(tensor)] as const);
  const types = Object.entries(embedding).map(([name, { type }]) => [name, type] as const);
  return encodeSafetensors({ tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(types) });
}

/**
 * Reads what {@link encodeEmbedding} writes.
 * @returns tensors of the types that they had
 * @throws Error when it is anything else
 */
export function decodeEmbedding(file: Buffer): Embedding {
  const { tensors, metadata } = decodeSafetensors(file);
  const restored = Object.entries(tensors).map(
    ([name, tensor]) => [name, metadata[name] === 'float32' ? toFloat32(tensor) : tensor] as const,
  );
  return Object.fromEntries(restored);
}

function halved(tensor: Tensor): Tensor {
  if (tensor.type !== 'float32') return tensor;
  const data = float32ToFloat16(tensor.data);
  const isBeyond = data.some((bits) => (bits & MAGNITUDE_BITS) === INFINITY_BITS);
  return isBeyond ? tensor : { type: 'float16', dims: tensor.dims, data };
}
