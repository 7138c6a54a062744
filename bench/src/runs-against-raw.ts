import type { BenchModel, BenchModels } from './bench-models.js';
import type { BenchService } from './bench-service.js';
import { JobClients, type Throughput } from './job-clients.js';
import { plainSender } from './job-sender.js';
import { type MachineUse, undisturbedOf, watchMachine } from './machine-use.js';
import { mean, median } from './percentile.js';
import { progress } from './progress.js';
import type { RawGraph, RawRuns } from './raw-graph.js';

const RUN_MS = 200;
/** More than a worker takes in hand, so that jobs always wait in the queue. */
const CLIENTS = 8;
const WARM_UP_MS = 2_000;

export interface RunsAgainstRaw {
  readonly model: BenchModel;
  readonly threads: number;
  readonly clients: number;
  readonly rounds: readonly RoundAgainstRaw[];
  /** Median of the rounds in which others left the machine alone; of all where there is none. */
  readonly ratio: number;
}

export interface RoundAgainstRaw {
  readonly raw: RawRuns;
  readonly rawUse: MachineUse | null;
  readonly darkroom: Throughput;
  /** Darkroom's jobs per second by raw runs per second. */
  readonly ratio: number;
  /** How long a raw run took. */
  readonly rawRunMs: number;
  /** How long a run took in Darkroom, where the api, Redis, the worker and the clients want the cores too. */
  readonly darkroomRunMs: number;
  /** Share of the time in which Darkroom's inference process was in a run. */
  readonly busyShare: number;
}

/** Runs of one graph per second: alone, and as jobs of a saturated Darkroom. They take turns, so that neither drifts. */
export async function measureRunsAgainstRaw(
  parts: {
    readonly raw: RawGraph;
    readonly models: BenchModels;
    readonly service: BenchService;
    readonly picture: Buffer;
    readonly threads: number;
  },
  { rounds, measureMs }: { readonly rounds: number; readonly measureMs: number },
): Promise<RunsAgainstRaw> {
  const { raw, models, service, picture, threads } = parts;
  const model = await models.add('heavy', RUN_MS);
  await raw.open(model.graphFile, threads);
  await service.startWorkers(models.folder, model.id, [null]);
  const clients = new JobClients(plainSender(service.connections, model.id, picture));
  const measured: RoundAgainstRaw[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: raw runs`);
    const machineUse = watchMachine();
    const rawRuns = await raw.run(measureMs);
    const rawUse = machineUse();
    progress(`round ${round} of ${rounds}: Darkroom with ${CLIENTS} clients`);
    const darkroom = await clients.saturate(CLIENTS, { warmUpMs: WARM_UP_MS, measureMs });
    measured.push({ ...compare(rawRuns, darkroom), rawUse });
  }
  await service.stopWorkers();
  const counted = undisturbedOf(measured, ({ rawUse, darkroom }) => [rawUse, darkroom.use]);
  const ratio = median(counted.map((round) => round.ratio));
  return { model, threads, clients: CLIENTS, rounds: measured, ratio };
}

export function compare(raw: RawRuns, darkroom: Throughput): Omit<RoundAgainstRaw, 'rawUse'> {
  const rawRunMs = raw.elapsedMs / raw.runs;
  const darkroomRunMs = mean(darkroom.jobs.map(({ inferenceMs }) => inferenceMs));
  return {
    raw,
    darkroom,
    ratio: (darkroom.jobsPerSecond * rawRunMs) / 1000,
    rawRunMs,
    darkroomRunMs,
    busyShare: (darkroom.jobsPerSecond * darkroomRunMs) / 1000,
  };
}
