import type { TensorType } from '@darkroom/tensor';
import type { GraphBuilder, ValueInfo } from '../onnx/model-bytes.js';

/** Numbers that look random, from 1 down to -1 times the scale, so that a reference elsewhere can have the same. */
export function sdWeights(seed: number, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, (_, i) => scale * Math.sin(seed + 12.9898 * (i + 1)));
}

/** Adds weights as a constant. */
export function addWeights(
  builder: GraphBuilder,
  name: string,
  { seed, dims, scale }: { readonly seed: number; readonly dims: readonly number[]; readonly scale?: number },
): string {
  const length = dims.reduce((product, size) => product * size, 1);
  return builder.constant(name, 'float32', dims, sdWeights(seed, length, scale));
}

/** Types that the graphs of an export can have on its outside; inside they compute in float32. */
export type SdFloatType = 'float32' | 'float16';

/** The numbers of the ONNX enumeration of types. */
const ONNX_TYPES = { float32: 1, float16: 10 } as const;
export const ONNX_FLOAT = ONNX_TYPES.float32;
export const onnxTypeOf = (type: SdFloatType) => ONNX_TYPES[type];

export const tensorInfo = (name: string, type: TensorType, dims: ValueInfo['dims']): ValueInfo => ({
  name,
  type,
  dims,
});
