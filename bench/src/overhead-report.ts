import type { JobOverhead, OverheadPart } from './job-overhead.js';
import { disturbanceLines, othersCores } from './machine-use.js';
import type { Overhead } from './overhead.js';
import type { RunsAgainstRaw } from './runs-against-raw.js';
import { digits, textTable } from './text-table.js';

const AIMED_RATIO = 0.95;
const AIMED_P50_MS = 10;

const PART_ROWS: readonly (readonly [label: string, part: OverheadPart])[] = [
  ['wall time', 'wall'],
  ['− its inference', 'inference'],
  ['− its decode, prepare, postprocess', 'otherStages'],
  ['− its wait for a place in the worker', 'waitForPlace'],
  ['= overhead', 'overhead'],
  ['    submit: sent → created_at', 'submit'],
  ['    delivery: created_at → started_at', 'delivery'],
  ['    around the stages: in hand', 'aroundStages'],
  ['    answer: finished_at → read', 'answer'],
];

export function overheadReport({ runsAgainstRaw, jobOverhead }: Overhead): string[] {
  const uses = [
    ...runsAgainstRaw.rounds.flatMap(({ rawUse, darkroom }) => [rawUse, darkroom.use]),
    ...jobOverhead.byClients.map(({ use }) => use),
  ];
  return [
    ...ratioLines(runsAgainstRaw),
    '',
    ...partLines(jobOverhead),
    '',
    ...processorLines(jobOverhead),
    ...disturbanceLines(uses),
  ];
}

function ratioLines({ rounds, ratio, threads, clients, model }: RunsAgainstRaw): string[] {
  const headings = [
    'round',
    'raw runs/s',
    'jobs/s',
    'ratio',
    'raw run ms',
    'run in Darkroom ms',
    'busy',
    'others',
  ];
  const rows = rounds.map((round, i) => [
    String(i + 1),
    digits(1000 / round.rawRunMs, 3),
    digits(round.darkroom.jobsPerSecond, 3),
    digits(round.ratio, 3),
    digits(round.rawRunMs),
    digits(round.darkroomRunMs),
    `${digits(round.busyShare * 100)} %`,
    `${digits(othersCores(round.rawUse), 2)}, ${digits(othersCores(round.darkroom.use), 2)}`,
  ]);
  return [
    `Runs of a graph of ${model.iterations} multiplications, ${threads} threads: raw, and as jobs of ${clients} clients`,
    '',
    ...textTable(headings, rows),
    '',
    `Median ratio ${digits(ratio, 3)} (aim ${AIMED_RATIO}: ${ratio >= AIMED_RATIO ? 'reached' : 'missed'})`,
  ];
}

function partLines({ model, byClients, accepted, emptyRequest, throughClient }: JobOverhead): string[] {
  const headings = byClients.flatMap(({ clients }) => [`p50 of ${clients}`, 'p99', 'mean']);
  const none = byClients.slice(1).flatMap(() => ['', '', '']);
  const cells = ({ p50, p99, mean }: { p50: number; p99: number; mean: number }) =>
    [p50, p99, mean].map((ms) => digits(ms));
  const rows = PART_ROWS.map(([label, part]) => [
    label,
    ...byClients.flatMap(({ parts }) => cells(parts[part])),
  ]);
  rows.push(['until the 202, without waiting', ...cells(accepted), ...none]);
  rows.push(['a request for nothing: /health/live', ...cells(emptyRequest), ...none]);
  rows.push(['overhead through packages/client', ...cells(throughClient), ...none]);
  const rates = byClients.map(({ clients, jobs, jobsPerSecond }) => {
    return `${clients === 1 ? '1 client' : `${clients} clients`}: ${jobs} jobs, ${digits(jobsPerSecond)}/s`;
  });
  const verdicts = byClients.map(({ clients, parts }) => {
    const { p50 } = parts.overhead;
    return `${digits(p50)} ms with ${clients} (${p50 < AIMED_P50_MS ? 'reached' : 'missed'})`;
  });
  return [
    `Milliseconds of a job, graph of ${model.iterations} multiplications; ${rates.join('; ')}`,
    '',
    ...textTable(['', ...headings], rows),
    '',
    `Overhead at p50, aim under ${AIMED_P50_MS} ms: ${verdicts.join(', ')}`,
  ];
}

function processorLines({ byClients }: JobOverhead): string[] {
  const names = Object.keys(byClients[0]!.processorMs) as (keyof (typeof byClients)[0]['processorMs'])[];
  const rows = byClients.map(({ clients, processorMs, use }) => [
    clients === 1 ? '1 client' : `${clients} clients`,
    ...names.map((name) => digits(processorMs[name])),
    digits(othersCores(use), 2),
  ]);
  const headings = ['', ...names, 'others'];
  return ['Processor milliseconds of a job, by process', '', ...textTable(headings, rows)];
}
