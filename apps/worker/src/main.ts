import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RedisBlobCache, RedisBlobStore } from '@darkroom/blob-store';
import { threadBudget, threadsPerProcess } from '@darkroom/inference/thread-budget';
import {
  DeadlineWatch,
  DeliveryQueues,
  GpuLeases,
  JobEvents,
  JobStore,
  RunTimes,
  Sweeper,
  stepDeliverer,
  UsageCounters,
  WorkerCommands,
  WorkerRegistry,
} from '@darkroom/jobs';
import { createFileHasher, fingerprintModels, modelsFolders, readCatalog } from '@darkroom/model-catalog';
import { FAMILIES } from '@darkroom/model-families';
import {
  connectRedis,
  createLogger,
  type Logger,
  NAMESPACE,
  onShutdown,
  runApp,
} from '@darkroom/service-kit';
import { CatalogWatch } from './catalog-watch.js';
import { chooseModels } from './choose-models.js';
import { type Env, loadEnv } from './env.js';
import { findGpuMemory } from './gpu-memory.js';
import { GpuMeter } from './gpu-meter.js';
import { buildHealthServer } from './health-server.js';
import { LEASED_DEVICE, leaseGpu } from './lease-gpu.js';
import { logQueueError } from './log-queue-error.js';
import { memoryBudget } from './memory-budget.js';
import { SharedEmbeddings } from './shared-embeddings.js';
import { Worker } from './worker.js';

const REPOSITORY_ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** On top of the grace for running jobs: giving back, closing, saying goodbye. */
const STOP_MARGIN_MS = 5_000;

await runApp('darkroom worker', loadEnv, main);

async function main(env: Env): Promise<void> {
  const logger = createLogger('worker', env.LOG_LEVEL).child({ worker: env.DARKROOM_WORKER_ID });
  const models = openModels(env, logger);
  const fingerprint = await models.fingerprint();
  const catalog = await models.read({ allMustBeThere: true });
  const stores = openStores(env, logger);
  const { redis, events, sweeper, deadlines } = stores;
  const lease =
    env.DARKROOM_DEVICE === 'cuda:auto'
      ? await leaseGpu(new GpuLeases(redis, NAMESPACE), env.DARKROOM_WORKER_ID, logger)
      : null;
  const { gpu, gpuTotalBytes } = await openGpu(env, lease?.uuid ?? null);
  const worker = new Worker({
    id: env.DARKROOM_WORKER_ID,
    host: hostname(),
    ...stores,
    catalog,
    embeddings: openSharedEmbeddings(env, stores, logger),
    processOptions: {
      device: lease ? LEASED_DEVICE : env.DARKROOM_DEVICE,
      maxImagePixels: env.MAX_IMAGE_PIXELS,
      gpuUuid: lease?.uuid ?? null,
      embeddingCacheBytes: env.EMBEDDING_CACHE_BYTES,
    },
    threadsFor: (models) => threadsPerProcess(threadBudget(), models),
    memoryBudget: memoryBudget(env.DARKROOM_MEMORY_BUDGET, gpuTotalBytes),
    gpu,
    shutdownGraceMs: env.SHUTDOWN_GRACE_SECONDS * 1000,
    logger,
  });
  const watch = new CatalogWatch({
    fingerprint: models.fingerprint,
    read: () => models.read({ allMustBeThere: false }),
    follow: (catalog) => worker.follow(catalog),
    onError: (error) => logger.warn({ err: error }, 'the models’ folders could not be looked at'),
  });
  const health = buildHealthServer(worker);
  onShutdown(
    async () => {
      watch.stop();
      sweeper.stop();
      deadlines.stop();
      await worker.stop();
      await lease?.end();
      await health.close();
    },
    { deadlineMs: env.SHUTDOWN_GRACE_SECONDS * 1000 + STOP_MARGIN_MS, logger },
  );
  if (env.WORKER_PORT !== undefined) {
    const url = await health.listen({ host: env.WORKER_HOST, port: env.WORKER_PORT });
    logger.info({ url }, 'health and metrics');
  }
  await events.start();
  await worker.start();
  watch.start(fingerprint);
  deadlines.start((error) => logger.debug({ err: error }, 'deadlines not looked at'));
  sweeper.start(
    ({ redelivered }) =>
      redelivered.length > 0 && logger.warn({ jobs: redelivered }, 'jobs without delivery, sent again'),
    (error) => logger.debug({ err: error }, 'sweep failed'),
  );
}

/** The GPU that graphs will run on, where there is one whose memory can be measured. */
async function openGpu(
  env: Env,
  leasedUuid: string | null,
): Promise<{ gpu: GpuMeter | null; gpuTotalBytes: number | null }> {
  const visibleDevices = env.CUDA_VISIBLE_DEVICES;
  const read = await findGpuMemory({ device: env.DARKROOM_DEVICE, leasedUuid, visibleDevices });
  if (!read) return { gpu: null, gpuTotalBytes: null };
  return { gpu: new GpuMeter(read), gpuTotalBytes: (await read())?.totalBytes ?? null };
}

function openSharedEmbeddings(
  env: Env,
  { redis, blobs }: ReturnType<typeof openStores>,
  logger: Logger,
): SharedEmbeddings | null {
  const maxBytes = env.SHARED_EMBEDDING_CACHE_BYTES;
  if (maxBytes === 0) return null;
  const limits = { maxBytes, keepMs: env.EMBEDDING_KEEP_SECONDS * 1000 };
  const parts = { redis, blobs, namespace: NAMESPACE, name: 'embeddings' };
  return new SharedEmbeddings(new RedisBlobCache(parts, limits), logger);
}

/** All that the worker shares with others through Redis. */
function openStores(env: Env, logger: Logger) {
  const redis = connectRedis(env.REDIS_URL, 'patient', logger);
  const events = new JobEvents(connectRedis(env.REDIS_URL, 'patient', logger), NAMESPACE);
  const blobs = new RedisBlobStore(redis, NAMESPACE);
  const registry = new WorkerRegistry(redis, NAMESPACE);
  const commands = new WorkerCommands(redis, NAMESPACE);
  const commandSubscriber = connectRedis(env.REDIS_URL, 'patient', logger);
  const deliveries = new DeliveryQueues(redis, NAMESPACE, (error) => logQueueError(error, logger));
  const store = new JobStore(redis, NAMESPACE, { onChildEnded: stepDeliverer(deliveries) });
  const sweeper = new Sweeper({ redis, store, deliveries, blobs });
  const deadlines = new DeadlineWatch({ store, deliveries });
  const runTimes = new RunTimes(redis, NAMESPACE);
  const usage = new UsageCounters(redis, NAMESPACE);
  return {
    redis,
    events,
    store,
    blobs,
    registry,
    commands,
    commandSubscriber,
    deliveries,
    sweeper,
    deadlines,
    runTimes,
    usage,
  };
}

/** The folders of models, and which of those in them this worker is to serve. */
function openModels(env: Env, logger: Logger) {
  const folders = modelsFolders(env.DARKROOM_MODELS_DIR, REPOSITORY_ROOT);
  const hashFile = createFileHasher();
  return {
    fingerprint: () => fingerprintModels(folders),
    async read({ allMustBeThere }: { readonly allMustBeThere: boolean }) {
      const catalog = await readCatalog(folders, { families: FAMILIES }, hashFile);
      for (const note of catalog.notes) logger.debug(note);
      return chooseModels(catalog, env.DARKROOM_MODELS, { folders, allMustBeThere });
    },
  };
}
