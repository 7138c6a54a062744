import type { Redis, Result } from 'ioredis';
import type { BlobCache } from './blob-cache.js';
import type { BlobStore } from './blob-store.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomCachedBlob(
      used: string,
      sizes: string,
      total: string,
      key: string,
      bytes: number,
      maxBytes: number,
      keepMs: number,
    ): Result<string[], Context>;
  }
}

/**
 * Books a blob as used now and returns those that have to go for it. `used` are the keys by the time of their last use,
 * `sizes` their bytes, `total` the sum of these. What was not used for the keeping time has gone by itself.
 */
const BOOK_BLOB = `
local used, sizes, total = KEYS[1], KEYS[2], KEYS[3]
local key, bytes, maxBytes, keepMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function strike(other)
  redis.call('DECRBY', total, redis.call('HGET', sizes, other) or 0)
  redis.call('HDEL', sizes, other)
  redis.call('ZREM', used, other)
end
for _, other in ipairs(redis.call('ZRANGEBYSCORE', used, '-inf', '(' .. (now - keepMs))) do strike(other) end
if redis.call('ZSCORE', used, key) then strike(key) end
redis.call('ZADD', used, now, key)
redis.call('HSET', sizes, key, bytes)
redis.call('INCRBY', total, bytes)
local evicted = {}
while tonumber(redis.call('GET', total)) > maxBytes do
  local oldest = redis.call('ZRANGE', used, 0, 0)[1]
  strike(oldest)
  evicted[#evicted + 1] = oldest
end
for _, index in ipairs(KEYS) do redis.call('PEXPIRE', index, keepMs) end
return evicted
`;

/** How a cache is kept small. */
export interface BlobCacheLimits {
  /** Of all blobs together, whoever put them. */
  readonly maxBytes: number;
  /** How long a blob stays after its last use. */
  readonly keepMs: number;
}

/** A cache that all processes at one Redis share. Its blobs lie in the blob store, each with the cache as its only holder. */
export class RedisBlobCache implements BlobCache {
  readonly #redis: Redis;
  readonly #blobs: BlobStore;
  readonly #name: string;
  readonly #indexes: readonly [used: string, sizes: string, total: string];
  readonly #limits: BlobCacheLimits;

  /**
   * @param namespace shared by everything one Darkroom keeps in this Redis
   * @param name what is cached
   */
  constructor(
    parts: {
      readonly redis: Redis;
      readonly blobs: BlobStore;
      readonly namespace: string;
      readonly name: string;
    },
    limits: BlobCacheLimits,
  ) {
    const { redis, blobs, namespace, name } = parts;
    this.#redis = redis;
    this.#blobs = blobs;
    this.#name = name;
    // The braces are a hash tag: the script needs all three in one cluster slot.
    const prefix = `${namespace}:blob-cache:{${name}}`;
    this.#indexes = [`${prefix}:used`, `${prefix}:sizes`, `${prefix}:total`];
    this.#limits = limits;
    redis.defineCommand('darkroomCachedBlob', { numberOfKeys: 3, lua: BOOK_BLOB });
  }

  async get(key: string): Promise<Buffer | null> {
    const bytes = await this.#blobs.get(this.#blobKey(key));
    // A blob that goes between the two is held by nobody, and booked for no longer than any other.
    if (bytes) await Promise.all([this.#hold(key), this.#book(key, bytes.length)]);
    return bytes;
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    if (bytes.length > this.#limits.maxBytes) return;
    // In one go, so that whoever hears of anything that was sent after it finds the blob there.
    const stored = this.#blobs.put(this.#blobKey(key), bytes, this.#name, this.#untilMs());
    await Promise.all([stored, this.#book(key, bytes.length)]);
  }

  async #book(key: string, bytes: number): Promise<void> {
    const { maxBytes, keepMs } = this.#limits;
    const evicted = await this.#redis.darkroomCachedBlob(...this.#indexes, key, bytes, maxBytes, keepMs);
    // One that isn't let go of, because this process ends here, goes when its time is over.
    await Promise.all(evicted.map((old) => this.#blobs.release(this.#blobKey(old), this.#name)));
  }

  async #hold(key: string): Promise<void> {
    await this.#blobs.hold(this.#blobKey(key), this.#name, this.#untilMs());
  }

  #untilMs(): number {
    return Date.now() + this.#limits.keepMs;
  }

  #blobKey(key: string): string {
    return `${this.#name}/${key}`;
  }
}
