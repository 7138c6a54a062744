import { descendantsOf } from '@darkroom/testkit';
import type { BenchModel, BenchModels } from './bench-models.js';
import type { BenchService } from './bench-service.js';
import { emptyRequestTimes, JobClients } from './job-clients.js';
import { clientSender, plainSender } from './job-sender.js';
import { type JobTimeline, stagesMs } from './job-timeline.js';
import { type MachineUse, watchMachine } from './machine-use.js';
import { mean, percentile } from './percentile.js';
import { type ProcessorTimes, processorTimesPerJob, readProcessorTimes } from './processor-time.js';
import { progress } from './progress.js';
import { waitsForPlace } from './wait-for-place.js';

const RUN_MS = 3;
const CLIENT_COUNTS = [1, 16] as const;
const WARM_UP_JOBS = 150;
/** A worker has one batch in hand, which is one job of this model, and the next. */
const PLACES_IN_WORKER = 2;

export interface Distribution {
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
}

export interface JobOverhead {
  readonly model: BenchModel;
  readonly byClients: readonly OverheadOfClients[];
  /** A request that does not wait, until its `202`: one client. */
  readonly accepted: Distribution;
  /** A request that asks for nothing: one client. */
  readonly emptyRequest: Distribution;
  /** The overhead with the project's own client, which makes a form and checks more: one client. */
  readonly throughClient: Distribution;
}

export interface OverheadOfClients {
  readonly clients: number;
  readonly jobs: number;
  readonly jobsPerSecond: number;
  readonly parts: Readonly<Record<OverheadPart, Distribution>>;
  /** Processor time that each process uses for a job, in milliseconds. */
  readonly processorMs: ProcessorTimes<ProcessName>;
  readonly use: MachineUse | null;
  readonly timelines: readonly JobTimeline[];
}

/** The parts of a job's wall time; see `docs/performance.md` for what each contains. */
export type OverheadPart =
  | 'wall'
  | 'inference'
  | 'otherStages'
  | 'waitForPlace'
  | 'overhead'
  | 'submit'
  | 'delivery'
  | 'aroundStages'
  | 'answer';
export type ProcessName = 'client' | 'api' | 'redis' | 'worker' | 'inference';

/** What a job of a small graph costs beside its own stages and the wait for those before it. */
export async function measureJobOverhead(
  parts: { readonly models: BenchModels; readonly service: BenchService; readonly picture: Buffer },
  jobs: number,
): Promise<JobOverhead> {
  const { models, service, picture } = parts;
  const model = await models.add('small', RUN_MS);
  await service.startWorkers(models.folder, model.id, [null]);
  const clients = new JobClients(plainSender(service.connections, model.id, picture));
  const byClients: OverheadOfClients[] = [];
  for (const count of CLIENT_COUNTS) {
    progress(`${jobs} jobs of a small graph, ${count === 1 ? '1 client' : `${count} clients`}`);
    await clients.run(count, WARM_UP_JOBS);
    byClients.push(await measureWith(clients, count, jobs, service));
  }
  progress('requests that do not wait');
  const accepted = distribution(await clients.acceptanceTimes(Math.ceil(jobs / 2)));
  const emptyRequest = distribution(await emptyRequestTimes(service.connections, jobs));
  progress('jobs of the project’s own client');
  const ownClient = new JobClients(clientSender(service.client, model.id, picture));
  await ownClient.run(1, WARM_UP_JOBS);
  const throughClient = overheadParts(await ownClient.run(1, Math.ceil(jobs / 2)), PLACES_IN_WORKER).overhead;
  await service.stopWorkers();
  return { model, byClients, accepted, emptyRequest, throughClient };
}

async function measureWith(
  clients: JobClients,
  count: number,
  jobs: number,
  service: BenchService,
): Promise<OverheadOfClients> {
  const pids = processesOf(service);
  const before = readProcessorTimes(pids);
  const machineUse = watchMachine();
  const beganMs = performance.now();
  const timelines = await clients.run(count, jobs);
  const elapsedMs = performance.now() - beganMs;
  const use = machineUse();
  const processorMs = processorTimesPerJob(before, readProcessorTimes(pids), jobs);
  const parts = overheadParts(timelines, PLACES_IN_WORKER);
  return {
    clients: count,
    jobs,
    jobsPerSecond: (jobs * 1000) / elapsedMs,
    parts,
    processorMs,
    use,
    timelines,
  };
}

function processesOf({ redis, api, workers }: BenchService): Record<ProcessName, number> {
  const worker = workers[0]!.pid;
  const inference = descendantsOf(worker).find(({ title }) => title.startsWith('darkroom inference'))!.pid;
  return { client: process.pid, api: api.pid, redis: redis.pid, worker, inference };
}

/** Takes the wall times of jobs apart. @param places how many jobs the worker has in hand at a time */
export function overheadParts(
  jobs: readonly JobTimeline[],
  places: number,
): Record<OverheadPart, Distribution> {
  const waits = waitsForPlace(jobs, places);
  const of = (part: (job: JobTimeline, waitMs: number) => number) =>
    distribution(jobs.map((job, i) => part(job, waits[i]!)));
  return {
    wall: of(({ wallMs }) => wallMs),
    inference: of(({ inferenceMs }) => inferenceMs),
    otherStages: of((job) => stagesMs(job) - job.inferenceMs),
    waitForPlace: of((_, waitMs) => waitMs),
    overhead: of((job, waitMs) => job.wallMs - stagesMs(job) - waitMs),
    submit: of(({ submitMs }) => submitMs),
    delivery: of(({ queueMs }, waitMs) => queueMs - waitMs),
    aroundStages: of((job) => job.inHandMs - stagesMs(job)),
    answer: of(({ answerMs }) => answerMs),
  };
}

function distribution(values: readonly number[]): Distribution {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99), mean: mean(values) };
}
