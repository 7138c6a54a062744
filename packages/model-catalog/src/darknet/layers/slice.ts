import type { GraphBuilder } from '@darkroom/onnx-file';

/** Adds a cut of a value along one of its dimensions, from `start` to before `end`. */
export function addSlice(
  graph: GraphBuilder,
  value: string,
  axis: number,
  start: number,
  end: number,
  name: string,
): string {
  const [starts, ends, axes] = [graph.integers([start]), graph.integers([end]), graph.integers([axis])];
  return graph.add('Slice', [value, starts, ends, axes], name);
}
