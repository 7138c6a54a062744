import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '@darkroom/contracts';
import { createLogger } from '@darkroom/service-kit';
import {
  DarkroomProcess,
  type PrivateRedis,
  segmentationGraph,
  slowSegmentationGraph,
  startPrivateRedis,
  writeTestModel,
} from '@darkroom/testkit';
import { buildApp } from '../app.js';
import { switchedOnServices } from '../compat/switched-on-services.js';
import { loadEnv } from '../env.js';
import { openServices } from '../open-services.js';

/** Answers at once. */
export const QUICK_MODEL = 'quick';
/** Each run takes half a second or so. */
export const SLOW_MODEL = 'slow';
/** A worker registered it and left, so that its jobs stay queued. */
export const AWAY_MODEL = 'away';

export type TestModelId = typeof QUICK_MODEL | typeof SLOW_MODEL | typeof AWAY_MODEL;

export const CLASSES = 8;
const SLOW_ITERATIONS = 150;

export interface ServiceOptions {
  /** Default: the quick one. */
  readonly models?: readonly TestModelId[];
  /** Of the api, as in `.env.example`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Runs the api as it was built, in a process of its own, instead of in the test's. */
  readonly ownProcess?: boolean;
  /** Keeps what is in Redis over its restarts. */
  readonly durableRedis?: boolean;
}

/** Redis, a worker process and the api, for one test file. */
export interface RunningService {
  readonly url: string;
  readonly redis: PrivateRedis;
  /** Null where no model is served. */
  readonly worker: DarkroomProcess | null;
  /** Null where the api runs in the test's process. */
  readonly apiProcess: DarkroomProcess | null;
  /** Requests a path of the service. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The job as it is, or as it has ended when asked to wait. */
  job(id: string, waitSeconds?: number): Promise<Job>;
  stop(): Promise<void>;
}

export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const models = options.models ?? [QUICK_MODEL];
  const modelsFolder = await mkdtemp(join(tmpdir(), 'darkroom-models-'));
  const redis = await startPrivateRedis({ appendOnly: options.durableRedis ?? false });
  await Promise.all(models.map((id) => writeModel(modelsFolder, id)));
  const startWorkerFor = async (ids: readonly string[]) =>
    ids.length > 0 ? startWorker(redis, modelsFolder, ids) : null;
  const [worker, api, registrar] = await Promise.all([
    startWorkerFor(models.filter((id) => id !== AWAY_MODEL)),
    startApi(
      { REDIS_URL: redis.url, PORT: '0', LOG_LEVEL: 'silent', ...options.variables },
      options.ownProcess,
    ),
    startWorkerFor(models.filter((id) => id === AWAY_MODEL)),
  ]);
  await registrar?.stop();
  const request = (path: string, init?: RequestInit) => fetch(`${api.url}${path}`, init);
  return {
    url: api.url,
    redis,
    worker,
    apiProcess: api.process,
    fetch: request,
    async job(id, waitSeconds = 0) {
      const answer = await request(`/v1/jobs/${id}?wait=${waitSeconds}`);
      return (await answer.json()) as Job;
    },
    async stop() {
      // A worker that died in the middle explains whatever else went wrong.
      const death = worker?.isAlive === false ? `the worker died:\n${worker.output}` : null;
      await api.stop();
      await worker?.end('SIGKILL');
      await redis.stop();
      await rm(modelsFolder, { recursive: true, force: true });
      if (death !== null) throw new Error(death);
    },
  };
}

async function writeModel(modelsFolder: string, id: TestModelId): Promise<void> {
  const graph =
    id === SLOW_MODEL
      ? slowSegmentationGraph({ classes: CLASSES, iterations: SLOW_ITERATIONS })
      : segmentationGraph({ classes: CLASSES });
  const labels = Array.from({ length: CLASSES }, (_, stripe) => `stripe ${stripe}`);
  await writeTestModel(modelsFolder, {
    id,
    graph,
    manifest: { labels, runtime: { preload: id !== AWAY_MODEL } },
  });
}

/** @returns when it has registered its models */
export async function startWorker(
  redis: PrivateRedis,
  modelsFolder: string,
  models: readonly string[],
): Promise<DarkroomProcess> {
  const worker = new DarkroomProcess('worker', {
    REDIS_URL: redis.url,
    DARKROOM_MODELS_DIR: modelsFolder,
    DARKROOM_MODELS: models.join(','),
    DARKROOM_DEVICE: 'cpu',
    SHUTDOWN_GRACE_SECONDS: '1',
  });
  await worker.logged('worker ready');
  return worker;
}

interface RunningApi {
  readonly url: string;
  readonly process: DarkroomProcess | null;
  stop(): Promise<void>;
}

async function startApi(
  variables: Readonly<Record<string, string>>,
  ownProcess = false,
): Promise<RunningApi> {
  if (ownProcess) {
    const process = new DarkroomProcess('api', { ...variables, LOG_LEVEL: 'info' });
    const { url } = await process.logged('listening');
    return { url: String(url), process, stop: () => process.stop() };
  }
  const loaded = loadEnv([], variables);
  if ('help' in loaded) throw new Error('expected a configuration, got the help text');
  const logger = createLogger('api', loaded.env.LOG_LEVEL);
  const open = openServices(loaded.env, logger);
  const app = await buildApp(open.services, logger, switchedOnServices(loaded.env));
  await open.start();
  const url = await app.listen({ host: loaded.env.HOST, port: 0 });
  return {
    url: url.replace('[::1]', 'localhost'),
    process: null,
    async stop() {
      await app.close();
      await open.close();
    },
  };
}
