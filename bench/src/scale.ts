import { threadBudget } from '@darkroom/inference/thread-budget';
import type { ScaleSettings } from './arguments.js';
import { type BenchModel, BenchModels, benchPicture } from './bench-models.js';
import { BenchService } from './bench-service.js';
import { allowedCores, dealCores, onCores } from './cores.js';
import { JobClients } from './job-clients.js';
import { plainSender } from './job-sender.js';
import type { MachineUse } from './machine-use.js';
import { progress } from './progress.js';
import { RawGraph } from './raw-graph.js';
import type { Resources } from './resources.js';

const GRAPHS = [
  { id: 'heavy', runMs: 200 },
  { id: 'light', runMs: 3 },
] as const;
const WARM_UP_MS = 1_500;
/** A worker has two jobs in hand; as many more are in the queue or between the client and it. */
const CLIENTS_PER_WORKER = 4;
/** A worker's share of the machine's cores, where there are enough. */
const SHARES = 4;

export interface Scale {
  /** `null` where the system cannot hold a worker to some cores. */
  readonly coresPerWorker: number | null;
  readonly cores: number;
  readonly clients: number;
  readonly graphs: readonly ScaleOfGraph[];
}

export interface ScaleOfGraph {
  readonly model: BenchModel;
  readonly runMs: number;
  readonly rows: readonly ScaleRow[];
}

export interface ScaleRow {
  readonly workers: number;
  /** The cores of each worker; `null` for all there are. */
  readonly shares: readonly (readonly number[] | null)[];
  readonly rounds: ScaleRound[];
}

export interface ScaleRound {
  readonly jobs: number;
  readonly elapsedMs: number;
  readonly jobsPerSecond: number;
  readonly use: MachineUse | null;
}

/** Jobs per second with several workers of the same size on this machine. */
export async function measureScale(settings: ScaleSettings, resources: Resources): Promise<Scale> {
  progress('calibrating graphs, starting Redis and api');
  const cores = allowedCores();
  const budget = Math.min(threadBudget(), cores?.length ?? Number.POSITIVE_INFINITY);
  const coresPerWorker = cores === null ? null : Math.max(1, Math.floor(budget / SHARES));
  const firstShare = cores?.slice(0, coresPerWorker!) ?? null;
  const raw = resources.add(
    onCores(firstShare, () => new RawGraph()),
    (it) => it.stop(),
  );
  const models = resources.add(await BenchModels.calibrate(raw, coresPerWorker ?? budget), (it) =>
    it.remove(),
  );
  await raw.stop();
  const service = await BenchService.start(resources);
  const clients = CLIENTS_PER_WORKER * Math.max(...settings.workers);
  const plan = { settings, models, service, clients, picture: await benchPicture() };
  const rowsOf = () => scaleRows(settings.workers, cores?.slice(0, budget) ?? null, coresPerWorker);
  const graphs: ScaleOfGraph[] = [];
  for (const { id, runMs } of GRAPHS) {
    graphs.push(await measureGraph(plan, { model: await models.add(id, runMs), runMs, rows: rowsOf() }));
  }
  return { coresPerWorker, cores: budget, clients, graphs };
}

/** One worker with the whole machine, to compare with, then workers of one size, with cores of their own. */
export function scaleRows(
  workers: readonly number[],
  cores: readonly number[] | null,
  coresPerWorker: number | null,
): ScaleRow[] {
  const shared = (count: number) => Array.from({ length: count }, () => null);
  const row = (shares: ScaleRow['shares']) => ({ workers: shares.length, shares, rounds: [] });
  if (cores === null || coresPerWorker === null) return workers.map((count) => row(shared(count)));
  return [row([null]), ...workers.map((count) => row(dealCores(cores, count, coresPerWorker)))];
}

async function measureGraph(
  plan: {
    readonly settings: ScaleSettings;
    readonly models: BenchModels;
    readonly service: BenchService;
    readonly clients: number;
    readonly picture: Buffer;
  },
  graph: ScaleOfGraph,
): Promise<ScaleOfGraph> {
  const { settings, models, service, clients, picture } = plan;
  const jobClients = new JobClients(plainSender(service.connections, graph.model.id, picture));
  const measureMs = settings.seconds * 1000;
  for (let round = 1; round <= settings.rounds; round++) {
    for (const { workers, shares, rounds } of graph.rows) {
      const who = `${workers} ${workers === 1 ? 'worker' : 'workers'}`;
      const where = shares[0] === null ? 'on all cores' : 'on cores of their own';
      progress(`${graph.model.id} graph, round ${round} of ${settings.rounds}: ${who} ${where}`);
      await service.startWorkers(models.folder, graph.model.id, shares);
      const { jobs, ...measured } = await jobClients.saturate(clients, { warmUpMs: WARM_UP_MS, measureMs });
      rounds.push({ jobs: jobs.length, ...measured });
      await service.stopWorkers();
    }
  }
  return graph;
}
