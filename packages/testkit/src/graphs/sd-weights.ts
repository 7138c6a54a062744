import type { GraphBuilder } from '../onnx/model-bytes.js';

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
