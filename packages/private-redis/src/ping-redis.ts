import { Redis } from 'ioredis';

/**
 * Connects the way the services do (user, password, TLS and database from the URL), waits for one PONG and
 * hangs up.
 *
 * @throws Error that says why there was no answer within `timeoutMs`
 */
export async function pingRedis(url: string, timeoutMs = 3000): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
  });
  // What goes wrong arrives here; the rejections of connect() and ping() mostly say no more than "closed".
  let cause: Error | undefined;
  redis.on('error', (error: Error) => {
    cause ??= error;
  });
  try {
    await redis.connect();
    const reply = await redis.ping();
    if (reply !== 'PONG') throw new Error(`expected PONG, got ${reply}`);
  } catch (error) {
    throw cause ?? error;
  } finally {
    redis.disconnect();
  }
}
