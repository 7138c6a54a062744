import { describe, expect, it } from 'vitest';
import { LayeredEmbeddingCache } from './layered-embedding-cache.js';
import { MemoryEmbeddingCache } from './memory-embedding-cache.js';

const EMBEDDING = { image_embeddings: { type: 'float32', dims: [1], data: Float32Array.of(7) } } as const;

describe('a cache of two layers', () => {
  it('puts what it is given into both', async () => {
    const [near, far] = [new MemoryEmbeddingCache(100), new MemoryEmbeddingCache(100)];
    await new LayeredEmbeddingCache(near, far).put('a', EMBEDDING);
    expect(await near.get('a')).toBe(EMBEDDING);
    expect(await far.get('a')).toBe(EMBEDDING);
  });

  it('keeps near what it found far', async () => {
    const [near, far] = [new MemoryEmbeddingCache(100), new MemoryEmbeddingCache(100)];
    await far.put('a', EMBEDDING);
    const layered = new LayeredEmbeddingCache(near, far);
    expect(await layered.get('a')).toBe(EMBEDDING);
    expect(await near.get('a')).toBe(EMBEDDING);
    expect(await layered.get('b')).toBeNull();
  });
});
