import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BlobCacheLimits, RedisBlobCache } from './redis-blob-cache.js';
import { RedisBlobStore } from './redis-blob-store.js';

const MINUTE_MS = 60_000;

let server: PrivateRedis;
let redis: Redis;
let otherRedis: Redis;

beforeAll(async () => {
  server = await startPrivateRedis({});
  redis = new Redis(server.url);
  otherRedis = new Redis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  otherRedis.disconnect();
  await server.stop();
});

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const bytesOf = (length: number, fill = 1) => Buffer.alloc(length, fill);

function openCache(limits: Partial<BlobCacheLimits> = {}, connection = redis): RedisBlobCache {
  const blobs = new RedisBlobStore(connection, 'test');
  const parts = { redis: connection, blobs, namespace: 'test', name: 'embeddings' };
  return new RedisBlobCache(parts, { maxBytes: 100, keepMs: MINUTE_MS, ...limits });
}

/** Which of the keys are there, without using them. */
async function kept(...keys: string[]): Promise<string[]> {
  const blobs = new RedisBlobStore(redis, 'test');
  const found = await Promise.all(keys.map((key) => blobs.getRange(`embeddings/${key}`, 0, 0)));
  return keys.filter((_, i) => found[i]!.length > 0);
}

describe('a cache of blobs', () => {
  it('gives to one process what another put there, byte for byte', async () => {
    await openCache({}, otherRedis).put('a', bytesOf(40, 200));
    expect(await openCache().get('a')).toEqual(bytesOf(40, 200));
    expect(await openCache().get('b')).toBeNull();
  });

  it('has room for so many bytes; what was not used for longest goes, bytes and all', async () => {
    const cache = openCache();
    for (const key of ['a', 'b', 'c']) {
      await cache.put(key, bytesOf(30));
      await pass(5);
    }
    await cache.get('a');
    await cache.put('d', bytesOf(50));
    expect(await kept('a', 'b', 'c', 'd')).toEqual(['a', 'd']);
    expect(await redis.keys('*{embeddings/b}*')).toEqual([]);
  });

  it('counts a blob that is put again once', async () => {
    const cache = openCache();
    for (let i = 0; i < 5; i++) await cache.put('a', bytesOf(40, i));
    await cache.put('b', bytesOf(60));
    expect(await kept('a', 'b')).toEqual(['a', 'b']);
    expect(await cache.get('a')).toEqual(bytesOf(40, 4));
  });

  it('does not keep what is larger than all of it, and drops nothing for it', async () => {
    const cache = openCache();
    await cache.put('a', bytesOf(90));
    await cache.put('b', bytesOf(101));
    expect(await kept('a', 'b')).toEqual(['a']);
  });

  it('keeps what is used within the keeping time, and leaves nothing behind after it', async () => {
    const cache = openCache({ keepMs: 600 });
    await cache.put('used', bytesOf(10));
    await cache.put('unused', bytesOf(10));
    await pass(400);
    expect(await cache.get('used')).not.toBeNull();
    await pass(400);
    expect(await kept('used', 'unused')).toEqual(['used']);
    await pass(400);
    expect(await redis.keys('*')).toEqual([]);
  });

  it('gives the room back of what its time is over for', async () => {
    const cache = openCache({ keepMs: 300 });
    await cache.put('old', bytesOf(90));
    await pass(200);
    await cache.put('young', bytesOf(10));
    await pass(200);
    await cache.put('new', bytesOf(90));
    expect(await kept('old', 'young', 'new')).toEqual(['young', 'new']);
  });

  it('made smaller, evicts down to what it may have then', async () => {
    await openCache().put('a', bytesOf(30));
    await pass(5);
    await openCache().put('b', bytesOf(30));
    await openCache({ maxBytes: 50 }).put('c', bytesOf(15));
    expect(await kept('a', 'b', 'c')).toEqual(['b', 'c']);
  });
});
