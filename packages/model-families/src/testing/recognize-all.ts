import type { TensorSpec } from '@darkroom/tensor';
import { FAMILIES } from '../families.js';
import type { CandidateGraph, GraphCandidate, IncompleteModel, Recognition } from '../recognition.js';

export const float = (name: string, ...dims: (number | null)[]): TensorSpec => ({
  name,
  type: 'float32',
  dims,
});
export const int = (name: string, ...dims: (number | null)[]): TensorSpec => ({ name, type: 'int64', dims });

/** A graph that is to be added; its picture is the first input, of channels, height and width. */
export function graphOf(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  more: Partial<CandidateGraph> = {},
): CandidateGraph {
  const [, , height = null, width = null] = inputs[0]!.dims;
  const signature = { inputs, outputs };
  return { path: 'net.onnx', signature, metadata: new Map(), layout: 'nchw', width, height, ...more };
}

/** What the families make of graphs, by their names; those that make nothing of them are left out. */
export function recognizeAll(
  graphs: readonly CandidateGraph[],
  { architecture = null, labels = null }: Partial<GraphCandidate> = {},
): Readonly<Record<string, Recognition & Partial<IncompleteModel>>> {
  const found = FAMILIES.map(
    ({ name, recognize: ask }) => [name, ask?.({ graphs, architecture, labels }) ?? null] as const,
  );
  return Object.fromEntries(found.filter(([, recognition]) => recognition !== null)) as Record<
    string,
    Recognition
  >;
}
