import type { TensorType } from '@darkroom/tensor';
import type proto from 'onnx-proto';
import { dataTypeOf } from './element-type.js';

/** A named input or output. A size given as a word is free, and the word is its name in the graph. */
export interface ValueInfo {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly (number | string)[];
}

export function valueInfoProto({ name, type, dims }: ValueInfo): proto.onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: dataTypeOf(type), shape: { dim } } } };
}
