import type { Logger } from '@darkroom/service-kit';

/**
 * Logs what BullMQ reports. While Redis is away it repeats that many times a second, and the connection has said so
 * already; anything else is worth a line.
 */
export function logQueueError(error: Error & { readonly code?: unknown }, logger: Logger): void {
  const isAway = typeof error.code === 'string' || /connection|stream/i.test(error.message);
  logger[isAway ? 'debug' : 'warn']({ err: error }, 'queue error');
}
