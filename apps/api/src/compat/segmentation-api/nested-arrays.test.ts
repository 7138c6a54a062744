import { RedisBlobStore } from '@darkroom/blob-store';
import { encodeNpy, float32Tensor, toFloat16, toFloat32 } from '@darkroom/tensor';
import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nestedArraysOfClassIds, nestedArraysOfNpy } from './nested-arrays.js';

let server: PrivateRedis;
let redis: Redis;
let blobs: RedisBlobStore;

beforeAll(async () => {
  server = await startPrivateRedis({ appendOnly: false });
  redis = new Redis(server.url);
  blobs = new RedisBlobStore(redis, 'test');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function textOf(file: Buffer): Promise<string> {
  await blobs.put('file', file, 'test', 'released');
  const artifact = { blobKey: 'file', name: 'logits.npy' } as Parameters<typeof nestedArraysOfNpy>[0];
  const pieces: string[] = [];
  for await (const piece of nestedArraysOfNpy(artifact, blobs)) pieces.push(piece);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(150_000);
  return pieces.join('');
}

describe('nested arrays', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 7],
    [2, 300, 257],
    [1, 3, 5_000],
  ])('of %i × %i × %i numbers are what JSON makes of them', async (planes, height, width) => {
    const data = Float32Array.from(
      { length: planes * height * width },
      (_, i) => Math.sin(i) * 10 ** (i % 9),
    );
    const text = await textOf(encodeNpy(float32Tensor(data, [planes, height, width])));
    const parsed = JSON.parse(text) as number[][][];
    expect([parsed.length, parsed[0]!.length, parsed[0]![0]!.length]).toEqual([planes, height, width]);
    expect(Float32Array.from(parsed.flat(2))).toEqual(data);
  });

  it('have null for what JSON has no number for', async () => {
    const data = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, -0.5);
    expect(await textOf(encodeNpy(float32Tensor(data, [1, 2, 2])))).toBe('[[[1,null],[null,-0.5]]]');
  });

  it('may come from half precision', async () => {
    const halves = toFloat16(float32Tensor(Float32Array.of(1, -2.5, 0.1, 3), [2, 1, 2]));
    const text = await textOf(encodeNpy(halves));
    expect(Float32Array.from((JSON.parse(text) as number[][][]).flat(2))).toEqual(toFloat32(halves).data);
  });

  it('end with an error where the file does', async () => {
    const file = encodeNpy(float32Tensor(new Float32Array(100), [1, 10, 10]));
    await expect(textOf(file.subarray(0, -4))).rejects.toThrow('logits.npy ended early, or is gone');
  });

  it('of class ids are whole numbers', () => {
    const text = [...nestedArraysOfClassIds(Uint16Array.of(1, 2, 300, 4, 5, 6), 3)].join('');
    expect(text).toBe('[[1,2,300],[4,5,6]]');
  });
});
