import { setTimeout as sleep } from 'node:timers/promises';
import { RedisBlobStore } from '@darkroom/blob-store';
import {
  BatchStore,
  DeadlineWatch,
  DeliveryQueues,
  JobEvents,
  JobStore,
  RunTimes,
  Sweeper,
  UsageCounters,
  WorkerCommands,
  WorkerRegistry,
} from '@darkroom/jobs';
import { connectRedis, type Logger, NAMESPACE } from '@darkroom/service-kit';
import type { Redis } from 'ioredis';
import type { Env } from './env.js';
import { ModelDirectory } from './model-directory.js';
import type { Services } from './services.js';

/** The first connection has so long before the api listens without it. */
const FIRST_CONNECTION_MS = 1_000;

/** What the api works with, and what goes on behind it. */
export interface OpenServices {
  readonly services: Services;
  /**
   * Listens to jobs' changes and mends records, until it is closed.
   * @returns when Redis answers, so that the first requests find it; without it after a short while all the same
   */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Connects to Redis. Nothing waits for it: while it is away, requests are answered so. */
export function openServices(env: Env, logger: Logger): OpenServices {
  const redis = connectRedis(env.REDIS_URL, 'fail_fast', logger);
  const subscriber = connectRedis(env.REDIS_URL, 'patient', logger);
  const logQueueError = (error: Error) => logger.debug({ err: error }, 'queue error');

  const store = new JobStore(redis, NAMESPACE);
  const deliveries = new DeliveryQueues(redis, NAMESPACE, logQueueError);
  const events = new JobEvents(subscriber, NAMESPACE);
  const blobs = new RedisBlobStore(redis, NAMESPACE);
  const models = new ModelDirectory(new WorkerRegistry(redis, NAMESPACE), idsIn(env.DARKROOM_DEFAULT_MODELS));
  const commands = new WorkerCommands(redis, NAMESPACE);
  const batches = new BatchStore(redis, NAMESPACE);
  const runTimes = new RunTimes(redis, NAMESPACE);
  const usage = new UsageCounters(redis, NAMESPACE);
  const deadlines = new DeadlineWatch({ store, deliveries });
  const sweeper = new Sweeper({ redis, store, deliveries, blobs });
  const limits = {
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    maxImagePixels: env.MAX_IMAGE_PIXELS,
    maxQueueDepth: env.MAX_QUEUE_DEPTH,
    jobKeepSeconds: env.JOB_KEEP_SECONDS,
  };
  const publicUrl = env.PUBLIC_URL ?? null;
  return {
    services: {
      redis,
      store,
      batches,
      deliveries,
      events,
      blobs,
      models,
      commands,
      runTimes,
      usage,
      limits,
      publicUrl,
      host: env.HOST,
    },
    async start() {
      // Waits for Redis as long as it takes; only closing ends it, and then nobody listens any more.
      events.start().catch((error) => logger.debug({ err: error }, 'subscription ended'));
      sweeper.start(
        ({ redelivered }) =>
          redelivered.length > 0 && logger.warn({ jobs: redelivered }, 'jobs without delivery, sent again'),
        (error) => logger.debug({ err: error }, 'sweep failed'),
      );
      deadlines.start((error) => logger.debug({ err: error }, 'deadlines not looked at'));
      await waitUntilReady(redis);
    },
    async close() {
      sweeper.stop();
      deadlines.stop();
      await deliveries.close();
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

async function waitUntilReady(redis: Redis): Promise<void> {
  const deadlineMs = Date.now() + FIRST_CONNECTION_MS;
  while (redis.status !== 'ready' && Date.now() < deadlineMs) await sleep(10);
}

function idsIn(list: string): string[] {
  return list
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
}
