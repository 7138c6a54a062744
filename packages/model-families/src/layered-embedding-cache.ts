import type { Embedding, EmbeddingCache } from './embedding-cache.js';

/** A quick cache before a large one: what is found in the second is kept in the first from then on. */
export class LayeredEmbeddingCache implements EmbeddingCache {
  readonly #near: EmbeddingCache;
  readonly #far: EmbeddingCache;

  constructor(near: EmbeddingCache, far: EmbeddingCache) {
    this.#near = near;
    this.#far = far;
  }

  async get(key: string): Promise<Embedding | null> {
    const near = await this.#near.get(key);
    if (near) return near;
    const far = await this.#far.get(key);
    if (far) await this.#near.put(key, far);
    return far;
  }

  async put(key: string, embedding: Embedding): Promise<void> {
    await this.#near.put(key, embedding);
    await this.#far.put(key, embedding);
  }
}
