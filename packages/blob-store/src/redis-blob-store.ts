import type { Redis, Result } from 'ioredis';
import type { BlobStore, HoldUntil } from './blob-store.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomPutBlob(
      blob: string,
      holders: string,
      holder: string,
      until: string,
      bytes: Buffer,
    ): Result<number, Context>;
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

const PUT_BLOB = `${SETTLE}
redis.call('SET', KEYS[1], ARGV[3])
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
    redis.defineCommand('darkroomPutBlob', { numberOfKeys: 2, lua: PUT_BLOB });
    redis.defineCommand('darkroomHoldBlob', { numberOfKeys: 2, lua: HOLD_BLOB });
    redis.defineCommand('darkroomReleaseBlob', { numberOfKeys: 2, lua: RELEASE_BLOB });
  }

  async put(key: string, bytes: Buffer, holder: string, until: HoldUntil): Promise<void> {
    // One script: bytes without a holder would never go away, and setting them alone would end the time of others.
    const [bytesKey, holdersKey] = [this.#bytesKey(key), this.#holdersKey(key)];
    await this.#redis.darkroomPutBlob(bytesKey, holdersKey, holder, scoreOf(until), bytes);
  }

  async hold(key: string, holder: string, until: HoldUntil): Promise<boolean> {
    const [bytesKey, holdersKey] = [this.#bytesKey(key), this.#holdersKey(key)];
    const held = await this.#redis.darkroomHoldBlob(bytesKey, holdersKey, holder, scoreOf(until));
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

function scoreOf(until: HoldUntil): string {
  return until === 'released' ? '+inf' : String(until);
}
