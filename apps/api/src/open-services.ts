import { RedisBlobStore } from '@darkroom/blob-store';
import { DeliveryQueues, JobEvents, JobStore, Sweeper, WorkerRegistry } from '@darkroom/jobs';
import { connectRedis, type Logger, NAMESPACE } from '@darkroom/service-kit';
import type { Env } from './env.js';
import { ModelDirectory } from './model-directory.js';
import type { Services } from './services.js';

/** What the api works with, and what goes on behind it. */
export interface OpenServices {
  readonly services: Services;
  /** Listens to jobs' changes and mends records, until it is closed. */
  start(): void;
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
  const sweeper = new Sweeper({ redis, store, deliveries, blobs });
  const limits = {
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    maxImagePixels: env.MAX_IMAGE_PIXELS,
    maxQueueDepth: env.MAX_QUEUE_DEPTH,
    jobKeepSeconds: env.JOB_KEEP_SECONDS,
  };
  const publicUrl = env.PUBLIC_URL ?? null;
  return {
    services: { redis, store, deliveries, events, blobs, models, limits, publicUrl, host: env.HOST },
    start() {
      // Waits for Redis as long as it takes; only closing ends it, and then nobody listens any more.
      events.start().catch((error) => logger.debug({ err: error }, 'subscription ended'));
      sweeper.start(
        ({ redelivered }) =>
          redelivered.length > 0 && logger.warn({ jobs: redelivered }, 'jobs without delivery, sent again'),
        (error) => logger.debug({ err: error }, 'sweep failed'),
      );
    },
    async close() {
      sweeper.stop();
      await deliveries.close();
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

function idsIn(list: string): string[] {
  return list
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
}
