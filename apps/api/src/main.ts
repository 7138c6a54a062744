import { createLogger, onShutdown, redactUrl, runApp, VERSION } from '@darkroom/service-kit';
import { buildApp } from './app.js';
import { switchedOnServices } from './compat/switched-on-services.js';
import { type Env, loadEnv } from './env.js';
import { openServices } from './open-services.js';

const STOP_DEADLINE_MS = 10_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

await runApp('darkroom api', loadEnv, main);

async function main(env: Env): Promise<void> {
  const logger = createLogger('api', env.LOG_LEVEL);
  const open = openServices(env, logger);
  const app = await buildApp(open.services, logger, switchedOnServices(env));
  onShutdown(
    async () => {
      await app.close();
      await open.close();
    },
    { deadlineMs: STOP_DEADLINE_MS, logger },
  );
  await open.start();
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
      logger.warn(
        { host: env.HOST },
        'HOST is not loopback: whoever reaches this address can use the service, there are no keys',
      );
    }
  }
}
