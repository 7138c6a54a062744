import type { Logger } from './logger.js';

/**
 * Stops a process in an orderly way at SIGTERM and SIGINT. A second signal, or `deadlineMs` passing, ends it at
 * once.
 */
export function onShutdown(stop: () => Promise<void>, options: { deadlineMs: number; logger: Logger }): void {
  const { deadlineMs, logger } = options;
  let stopping = false;
  const handle = (signal: NodeJS.Signals) => {
    if (stopping) {
      logger.warn({ signal }, 'second signal, stopping at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error({ deadlineMs }, 'stopping took too long, ending at once');
      process.exit(1);
    }, deadlineMs).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}
