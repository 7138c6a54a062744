import { Redis } from 'ioredis';
import type { Logger } from './logger.js';

/** Everything one Darkroom keeps in a Redis lies under this name. */
export const NAMESPACE = 'darkroom';

const RECONNECT_MAX_MS = 1_000;

/**
 * How a connection behaves while Redis is away.
 *
 * - `fail_fast`: a command fails at once, so that a request can be answered 503.
 * - `patient`: commands wait until Redis is back; for whoever consumes queues or listens.
 */
export type RedisManner = 'fail_fast' | 'patient';

/** A connection that comes back by itself. Faults are logged when they begin and when they end, not each time. */
export function connectRedis(url: string, manner: RedisManner, logger: Logger): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: manner === 'fail_fast' ? 0 : null,
    enableOfflineQueue: manner === 'patient',
    ...(manner === 'fail_fast' ? { commandTimeout: 5_000 } : {}),
    connectTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, RECONNECT_MAX_MS),
  });
  let isAway = false;
  redis.on('error', (error) => {
    if (!isAway) logger.error({ err: error, url: redactUrl(url) }, 'Redis cannot be reached, trying again');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is back');
    isAway = false;
  });
  return redis;
}

/** An address without its password, for logs. */
export function redactUrl(url: string): string {
  return url.replace(/\/\/([^@/]*)@/, '//***@');
}
