import type { DemoResult } from './demo-jobs.js';

/** Results with the same key together; groups and results in their order. None is empty. */
export function groupResults(
  results: readonly DemoResult[],
  keyOf: (result: DemoResult) => string,
): [DemoResult, ...DemoResult[]][] {
  const groups = new Map<string, [DemoResult, ...DemoResult[]]>();
  for (const result of results) {
    const group = groups.get(keyOf(result));
    if (group) group.push(result);
    else groups.set(keyOf(result), [result]);
  }
  return [...groups.values()];
}
