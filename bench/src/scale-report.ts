import { disturbanceLines, othersCores, undisturbedOf } from './machine-use.js';
import { median } from './percentile.js';
import type { Scale, ScaleOfGraph, ScaleRow } from './scale.js';
import { digits, textTable } from './text-table.js';

export function scaleReport({ coresPerWorker, cores, clients, graphs }: Scale): string[] {
  const size =
    coresPerWorker === null
      ? 'Workers are not held to cores here: taskset is missing'
      : `Each worker is held to ${coresPerWorker} of ${cores} cores`;
  const uses = graphs.flatMap(({ rows }) => rows.flatMap(({ rounds }) => rounds.map(({ use }) => use)));
  return [
    `${size}. ${clients} clients.`,
    ...graphs.flatMap((graph) => ['', ...graphLines(graph, cores)]),
    ...disturbanceLines(uses),
  ];
}

function graphLines({ model, runMs, rows }: ScaleOfGraph, cores: number): string[] {
  const one = rows.find(({ workers, shares }) => workers === 1 && shares[0] !== null) ?? rows[0]!;
  const rounds = one.rounds.map((_, i) => `round ${i + 1}`);
  const headings = ['workers', 'cores in use', ...rounds, 'jobs/s', 'times one', 'at most', 'others'];
  const cells = rows.map((row) => [
    row.shares[0] === null ? `${row.workers} on all cores` : String(row.workers),
    String(coresOf(row, cores)),
    ...row.rounds.map(({ jobsPerSecond }) => digits(jobsPerSecond, 2)),
    digits(usualRate(row), 2),
    digits(usualRate(row) / usualRate(one), 2),
    digits(coresOf(row, cores) / coresOf(one, cores), 2),
    digits(mostOthers(row), 2),
  ]);
  return [
    `Jobs per second of the ${model.id} graph, about ${runMs} ms a run on one worker's cores`,
    '',
    ...textTable(headings, cells),
  ];
}

function usualRate({ rounds }: ScaleRow): number {
  return median(undisturbedOf(rounds, ({ use }) => [use]).map(({ jobsPerSecond }) => jobsPerSecond));
}

/** Of all rounds of a row, in cores. */
function mostOthers({ rounds }: ScaleRow): number | null {
  const known = rounds.map(({ use }) => othersCores(use)).filter((cores) => cores !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** How many cores the workers of a row can use at once. */
function coresOf({ shares }: ScaleRow, cores: number): number {
  return shares[0] === null ? cores : new Set(shares.flatMap((share) => share ?? [])).size;
}
