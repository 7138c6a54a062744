import type { Embedding, EmbeddingCache } from './embedding-cache.js';

/** Enough for dozens of pictures: an embedding has 4 to 16 MiB. */
const MAX_BYTES = 256 * 1024 ** 2;

/** Embeddings in the memory of this process. Where they take more than allowed, those go that were not used for longest. */
export class MemoryEmbeddingCache implements EmbeddingCache {
  readonly #maxBytes: number;
  /** In the order of their last use. */
  readonly #embeddings = new Map<string, Embedding>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  async get(key: string): Promise<Embedding | null> {
    const embedding = this.#embeddings.get(key);
    if (!embedding) return null;
    this.#embeddings.delete(key);
    this.#embeddings.set(key, embedding);
    return embedding;
  }

  async put(key: string, embedding: Embedding): Promise<void> {
    this.#remove(key);
    const bytes = bytesOf(embedding);
    if (bytes > this.#maxBytes) return;
    for (const oldest of this.#embeddings.keys()) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
    this.#embeddings.set(key, embedding);
    this.#bytes += bytes;
  }

  #remove(key: string): void {
    const embedding = this.#embeddings.get(key);
    if (!embedding) return;
    this.#embeddings.delete(key);
    this.#bytes -= bytesOf(embedding);
  }
}

function bytesOf(embedding: Embedding): number {
  return Object.values(embedding).reduce((sum, { data }) => sum + data.byteLength, 0);
}
