import type { TensorType } from '@darkroom/tensor';
import type { ValueInfo } from '../onnx/model-bytes.js';

/** Types that the graphs of an export can have on its outside; inside they compute in float32. */
export type FloatType = 'float32' | 'float16';

/** The numbers of the ONNX enumeration of types. */
const ONNX_TYPES = { float32: 1, float16: 10 } as const;
export const ONNX_FLOAT = ONNX_TYPES.float32;
export const onnxTypeOf = (type: FloatType) => ONNX_TYPES[type];

export const tensorInfo = (name: string, type: TensorType, dims: ValueInfo['dims']): ValueInfo => ({
  name,
  type,
  dims,
});
