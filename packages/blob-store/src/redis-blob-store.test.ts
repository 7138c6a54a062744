import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisBlobStore } from './redis-blob-store.js';

let server: PrivateRedis;
let redis: Redis;
let blobs: RedisBlobStore;

beforeAll(async () => {
  server = await startPrivateRedis({});
  redis = new Redis(server.url);
  blobs = new RedisBlobStore(redis, 'test');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const BYTES = Buffer.from([0, 255, 10, 13, 128]);
const soon = () => Date.now() + 1000;
const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a blob', () => {
  it('comes back byte for byte, whole and in ranges', async () => {
    await blobs.put('a', BYTES, 'job', 'released');
    expect(await blobs.get('a')).toEqual(BYTES);
    expect(await blobs.getRange('a', 1, 2)).toEqual(BYTES.subarray(1, 3));
    expect(await blobs.get('none')).toBeNull();
  });

  it('stays until the last of its holders has let go, and leaves nothing behind', async () => {
    await blobs.put('shared', BYTES, 'first', 'released');
    expect(await blobs.hold('shared', 'second', 'released')).toBe(true);
    await blobs.release('shared', 'first');
    expect(await blobs.get('shared')).toEqual(BYTES);
    await blobs.release('shared', 'second');
    expect(await redis.keys('*shared*')).toEqual([]);
  });

  it('goes by itself when the time of its last holder is over', async () => {
    await blobs.put('timed', BYTES, 'short', soon());
    await pass(1100);
    expect(await redis.keys('*timed*')).toEqual([]);
  });

  it('stays for a holder without end when the time of another is over', async () => {
    await blobs.put('kept', BYTES, 'short', soon());
    expect(await blobs.hold('kept', 'long', 'released')).toBe(true);
    await pass(1100);
    expect(await blobs.get('kept')).toEqual(BYTES);
    await blobs.release('kept', 'long');
    expect(await redis.keys('*kept*')).toEqual([]);
  });

  it('put again with less time keeps the time of those who hold it', async () => {
    await blobs.put('again', BYTES, 'long', 'released');
    await blobs.put('again', BYTES, 'short', soon());
    await pass(1100);
    expect(await blobs.get('again')).toEqual(BYTES);
    await blobs.release('again', 'long');
    expect(await redis.keys('*again*')).toEqual([]);
  });

  it('that is gone cannot be held', async () => {
    expect(await blobs.hold('gone', 'job', 'released')).toBe(false);
    expect(await redis.keys('*gone*')).toEqual([]);
  });
});
