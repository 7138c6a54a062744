import type { Redis, Result } from 'ioredis';
import type { BlobStore, HoldUntil } from './blob-store.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomHoldBlob(blob: string, holders: string, holder: string, until: string): Result<number, Context>;
    darkroomReleaseBlob(blob: string, holders: string, holder: string): Result<number, Context>;
  }
}

/**
 * Holders are a sorted set scored by the time until which they hold. The blob and its holders expire together
 * with the last holder, so nothing has to sweep them.
 */
const SETTLE = `
local function settle(blob, holders)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', holders, '-inf', '(' .. now)
  local last = redis.call('ZRANGE', holders, -1, -1, 'WITHSCORES')
  if #last == 0 then
    redis.call('DEL', blob, holders)
  elseif last[2] == 'inf' then
    redis.call('PERSIST', blob)
    redis.call('PERSIST', holders)
  else
    redis.call('PEXPIREAT', blob, last[2])
    redis.call('PEXPIREAT', holders, last[2])
  end
end
`;

const HOLD_BLOB = `${SETTLE}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
settle(KEYS[1], KEYS[2])
return 1
`;

const RELEASE_BLOB = `${SETTLE}
redis.call('ZREM', KEYS[2], ARGV[1])
settle(KEYS[1], KEYS[2])
return 1
`;

/** Blobs in Redis, binary, each under a key of its own; on a cluster they spread over all nodes. */
export class RedisBlobStore implements BlobStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** @param namespace shared by everything one Darkroom keeps in this Redis */
  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#prefix = `${namespace}:blob`;
    redis.defineCommand('darkroomHoldBlob', { numberOfKeys: 2, lua: HOLD_BLOB });
    redis.defineCommand('darkroomReleaseBlob', { numberOfKeys: 2, lua: RELEASE_BLOB });
  }

  async put(key: string, bytes: Buffer, holder: string, until: HoldUntil): Promise<void> {
    // The time to live covers the moment between the two commands: a writer that dies there leaves no litter.
    await this.#redis.set(this.#bytesKey(key), bytes, 'EX', 3600);
    await this.hold(key, holder, until);
  }

  async hold(key: string, holder: string, until: HoldUntil): Promise<boolean> {
    const score = until === 'released' ? '+inf' : String(until);
    const held = await this.#redis.darkroomHoldBlob(
      this.#bytesKey(key),
      this.#holdersKey(key),
      holder,
      score,
    );
    return held === 1;
  }

  async release(key: string, holder: string): Promise<void> {
    await this.#redis.darkroomReleaseBlob(this.#bytesKey(key), this.#holdersKey(key), holder);
  }

  async get(key: string): Promise<Buffer | null> {
    return this.#redis.getBuffer(this.#bytesKey(key));
  }

  async getRange(key: string, start: number, end: number): Promise<Buffer> {
    return this.#redis.getrangeBuffer(this.#bytesKey(key), start, end);
  }

  async checkWritable(): Promise<void> {
    await this.#redis.set(`${this.#prefix}:write-check`, '1', 'PX', 1000);
  }

  /** The braces are a hash tag: both keys of a blob lie in one cluster slot, as the scripts need it. */
  #bytesKey(key: string): string {
    return `${this.#prefix}:{${key}}`;
  }

  #holdersKey(key: string): string {
    return `${this.#prefix}-holders:{${key}}`;
  }
}
