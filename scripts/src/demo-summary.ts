import type { TaskResult } from '@darkroom/contracts';
import type { DemoResult } from './demo-jobs.js';
import { groupResults } from './group-results.js';

/** More labels than a line has room for are only counted. */
const MOST_LABELS = 8;

/**
 * One line for each of the demo's tasks, of pictures and of texts: its model, of how many subjects it made something, and
 * what that was.
 */
export function demoSummary(results: readonly DemoResult[]): string[] {
  const keyOf = ({ demoTask, subject }: DemoResult) => `${demoTask.name} ${subject.kind}`;
  const cells = groupResults(results, keyOf).map((ofTask) => {
    const succeeded = ofTask.flatMap(({ job }) => (job.result === null ? [] : [job.result]));
    return [
      ofTask[0].demoTask.name,
      ofTask[0].model.id,
      `${succeeded.length} of ${ofTask.length} ${ofTask[0].subject.kind}s`,
      shownTotals(succeeded),
    ];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) => {
    return `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  });
}

/** How many things of each label; where a result has no things, how many pictures show the label, or are most like it. */
function shownTotals(results: readonly TaskResult[]): string {
  const sums = new Map<string, number>();
  for (const result of results) {
    for (const [label, count] of countsOf(result)) sums.set(label, (sums.get(label) ?? 0) + count);
  }
  const sign = results.some((result) => 'classes' in result || 'top_concept' in result) ? 'in' : '×';
  const found = [...sums].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  if (found.length === 0) return 'nothing found';
  const shown = found.slice(0, MOST_LABELS).map(([label, count]) => `${label} ${sign} ${count}`);
  const more = found.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} labels more`] : [])].join(', ');
}

function countsOf(result: TaskResult): [string, number][] {
  if ('counts' in result) return Object.entries(result.counts);
  if ('classes' in result) return result.classes.map(({ label }) => [label, 1]);
  if ('images' in result) return [['picture', result.images.filter(({ flagged }) => !flagged).length]];
  if ('top_concept' in result) return result.top_concept === null ? [] : [[result.top_concept, 1]];
  return 'masks' in result ? [['mask', result.masks.length]] : [];
}
