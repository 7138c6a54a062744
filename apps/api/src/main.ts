import { RedisBlobStore } from '@darkroom/blob-store';
import { DeliveryQueues, JobEvents, JobStore, Sweeper, WorkerRegistry } from '@darkroom/jobs';
import { ConfigurationError, connectRedis, createLogger, NAMESPACE, onShutdown, redactUrl, VERSION } from '@darkroom/service-kit';
import { buildApp } from './app.js';
import { type Env, loadEnv } from './env.js';
import { ModelDirectory } from './model-directory.js';

const STOP_DEADLINE_MS = 10_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

process.title = 'darkroom api';

try {
  const loaded = loadEnv(process.argv.slice(2));
  if ('help' in loaded) process.stdout.write(loaded.help);
  else await main(loaded.env);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`darkroom api cannot start, its configuration is wrong:\n${error.message}\n`);
  process.exitCode = 2;
}

async function main(env: Env): Promise<void> {
  const logger = createLogger('api', env.LOG_LEVEL);
  const redis = connectRedis(env.REDIS_URL, 'fail_fast', logger);
  const subscriber = connectRedis(env.REDIS_URL, 'patient', logger);
  const logError = (error: Error) => logger.debug({ err: error }, 'queue error');

  const store = new JobStore(redis, NAMESPACE);
  const deliveries = new DeliveryQueues(redis, NAMESPACE, logError);
  const events = new JobEvents(subscriber, NAMESPACE);
  const blobs = new RedisBlobStore(redis, NAMESPACE);
  const preferred = env.DARKROOM_DEFAULT_MODELS.split(',').map((id) => id.trim()).filter(Boolean);
  const models = new ModelDirectory(new WorkerRegistry(redis, NAMESPACE), preferred);
  const sweeper = new Sweeper({ redis, store, deliveries, blobs });

  const services = {
    redis,
    store,
    deliveries,
    events,
    blobs,
    models,
    publicUrl: env.PUBLIC_URL ?? null,
    host: env.HOST,
    limits: {
      maxUploadBytes: env.MAX_UPLOAD_BYTES,
      maxImagePixels: env.MAX_IMAGE_PIXELS,
      maxQueueDepth: env.MAX_QUEUE_DEPTH,
      jobKeepSeconds: env.JOB_KEEP_SECONDS,
    },
  };
  const app = await buildApp(services, logger);
  void events.start();
  sweeper.start(
    ({ redelivered }) => redelivered.length > 0 && logger.warn({ jobs: redelivered }, 'jobs without delivery, sent again'),
    (error) => logger.debug({ err: error }, 'sweep failed'),
  );
  onShutdown(
    async () => {
      sweeper.stop();
      await app.close();
      await deliveries.close();
      redis.disconnect();
      subscriber.disconnect();
    },
    { deadlineMs: STOP_DEADLINE_MS, logger },
  );
  await listen();

  async function listen(): Promise<void> {
    try {
      const url = await app.listen({ host: env.HOST, port: env.PORT });
      logger.info({ url, version: VERSION, redis: redactUrl(env.REDIS_URL) }, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      logger.fatal(`port ${env.PORT} of ${env.HOST} is taken; set PORT to another, or to 0 for any free one`);
      process.exit(2);
    }
    if (!LOOPBACK.includes(env.HOST)) {
      logger.warn({ host: env.HOST }, 'HOST is not loopback: whoever reaches this address can use the service, there are no keys');
    }
  }
}
