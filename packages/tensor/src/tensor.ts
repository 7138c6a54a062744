/**
 * A shaped array. `data` is row-major (the last dimension varies fastest), `dims` are the sizes of its
 * dimensions; a scalar has none. `float16` data is kept as raw 16-bit patterns, see `float16.ts`.
 */
export interface TensorOf<Type extends TensorType, Data extends TensorData> {
  readonly type: Type;
  readonly dims: readonly number[];
  readonly data: Data;
}

export type Tensor =
  | TensorOf<'float32', Float32Array>
  | TensorOf<'float64', Float64Array>
  | TensorOf<'float16', Uint16Array>
  | TensorOf<'int64', BigInt64Array>
  | TensorOf<'int32', Int32Array>
  | TensorOf<'uint8', Uint8Array>
  | TensorOf<'int8', Int8Array>
  | TensorOf<'bool', Uint8Array>;

export type TensorType = 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'uint8' | 'int8' | 'bool';

export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Uint8Array
  | Int8Array;

export type Float32Tensor = TensorOf<'float32', Float32Array>;

/** The number of elements a shape holds. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** @throws RangeError when `data` does not hold exactly as many elements as `dims` say. */
export function float32Tensor(data: Float32Array, dims: readonly number[]): Float32Tensor {
  if (data.length !== elementCount(dims)) {
    throw new RangeError(
      `a tensor of shape [${dims.join(', ')}] holds ${elementCount(dims)} elements, got ${data.length}`,
    );
  }
  return { type: 'float32', dims, data };
}
