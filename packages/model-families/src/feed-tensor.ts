import { DarkroomError } from '@darkroom/contracts';
import { float32Tensor, type Tensor, type TensorType, toFloat16, toFloat32 } from '@darkroom/tensor';

/** The types that {@link feedTensor} can make. */
export const FEED_TYPES: readonly TensorType[] = ['float32', 'float16', 'int64', 'int32'];

/** Numbers as a tensor of the type that an input has. */
export function feedTensor(values: Float32Array, dims: readonly number[], type: TensorType): Tensor {
  return asType(float32Tensor(values, dims), type);
}

/**
 * A tensor in another type; as it is where it has that type.
 * @throws DarkroomError `inference_failed` for a type that is none of {@link FEED_TYPES}
 */
export function asType(tensor: Tensor, type: TensorType): Tensor {
  if (tensor.type === type) return tensor;
  const { dims, data } = toFloat32(tensor);
  switch (type) {
    case 'float32':
      return { type, dims, data };
    case 'float16':
      return toFloat16({ type: 'float32', dims, data });
    case 'int64':
      return { type, dims, data: BigInt64Array.from(data, (value) => BigInt(Math.trunc(value))) };
    case 'int32':
      return { type, dims, data: Int32Array.from(data) };
    default:
      throw new DarkroomError(
        'inference_failed',
        `Expected an input of ${FEED_TYPES.join(', ')}, got ${type}.`,
      );
  }
}
