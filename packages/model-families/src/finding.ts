import type { ModelProblem } from '@darkroom/model-catalog';

/** Something about a graph or its manifest that doesn't fit. */
export interface Finding {
  readonly at: 'graph' | 'manifest';
  /** JSON pointer into the manifest, or the input or output of the graph. */
  readonly field: string;
  /** What was expected, what is there, and the remedy. */
  readonly detail: string;
}

export const inManifest = (field: string, detail: string): Finding => ({ at: 'manifest', field, detail });

export const inGraph = (field: string, detail: string): Finding => ({ at: 'graph', field, detail });

/** @param graphFile the graph's path in its model's folder */
export function problemsFrom(findings: readonly Finding[], graphFile = 'graph'): ModelProblem[] {
  return findings.map(({ at, field, detail }) => ({
    file: at === 'graph' ? graphFile : 'model.json',
    field,
    detail,
  }));
}
