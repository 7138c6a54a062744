import { float32Tensor } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { MemoryEmbeddingCache } from './memory-embedding-cache.js';

const embedding = (floats: number, value = 0) => ({
  image_embeddings: float32Tensor(new Float32Array(floats).fill(value), [floats]),
});

describe('a cache of embeddings in memory', () => {
  it('gives what was put under a key, and nothing for other keys', async () => {
    const cache = new MemoryEmbeddingCache();
    const kept = embedding(4);
    await cache.put('a', kept);
    expect(await cache.get('a')).toBe(kept);
    expect(await cache.get('b')).toBeNull();
  });

  it('lets go of what was not used for longest when it gets too large', async () => {
    const cache = new MemoryEmbeddingCache(40);
    for (const key of ['a', 'b']) await cache.put(key, embedding(5));
    await cache.get('a');
    await cache.put('c', embedding(5));
    expect(await cache.get('b')).toBeNull();
    expect(await cache.get('a')).not.toBeNull();
    expect(await cache.get('c')).not.toBeNull();
  });

  it('keeps nothing that is larger than all it may keep, and what it has', async () => {
    const cache = new MemoryEmbeddingCache(40);
    await cache.put('a', embedding(5));
    await cache.put('b', embedding(11));
    expect(await cache.get('b')).toBeNull();
    expect(await cache.get('a')).not.toBeNull();
  });

  it('counts what was put twice under a key once', async () => {
    const cache = new MemoryEmbeddingCache(40);
    for (let i = 0; i < 10; i++) await cache.put('a', embedding(5, i));
    await cache.put('b', embedding(5));
    expect((await cache.get('a'))?.image_embeddings?.data[0]).toBe(9);
    expect(await cache.get('b')).not.toBeNull();
  });
});
