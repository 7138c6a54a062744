import type { Tensor, TensorType } from './tensor.js';

/**
 * One input or output of a graph. A size of `null` is free: the graph takes any.
 */
export interface TensorSpec {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly (number | null)[];
}

/** What goes into a graph and what comes out. */
export interface GraphSignature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * The port to whatever runs a network: named tensors in, named tensors out. Families know this and nothing
 * of ONNX Runtime.
 */
export interface Graph extends GraphSignature {
  /**
   * @param feeds one tensor for each input, by name
   * @param outputNames the outputs wanted; all when left out
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    outputNames?: readonly string[],
  ): Promise<Record<string, Tensor>>;
}

/** A shape as people write it: `[batch?, 3, ?, ?]`, free sizes as question marks. */
export function describeSpec(spec: TensorSpec): string {
  return `${spec.name}: ${spec.type}[${spec.dims.map((size) => size ?? '?').join(', ')}]`;
}
