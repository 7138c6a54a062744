/** One thing wrong with a model: where it stands and what to do about it. */
export interface ModelProblem {
  /** The file it concerns, relative to the model's folder: `model.json` or a graph. */
  readonly file: string;
  /** JSON pointer into the manifest, such as `#/preparation/width`, or the input or output of the graph. */
  readonly field: string;
  /** What was expected, what is there, and the remedy. */
  readonly detail: string;
}

/** The problem as one line of a log: `model.json#/labels: …`, `graph.onnx, input x: …`. */
export function describeProblem({ file, field, detail }: ModelProblem): string {
  const separator = field === '' || field.startsWith('#') ? '' : ', ';
  return `${file}${separator}${field === '#' ? '' : field}: ${detail}`;
}
