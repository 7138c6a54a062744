import type { Tensor } from '@darkroom/tensor';

/** What an encoder made of a picture: its tensors, by name. */
export type Embedding = Readonly<Record<string, Tensor>>;

/**
 * The port to where embeddings are kept for later runs on the same picture. A cache that fails is no reason for a job to
 * fail: it then knows of nothing, and keeps nothing. What it gives is looked at only, never changed.
 */
export interface EmbeddingCache {
  /** @param key of the picture, the weights and the preparation: equal keys, equal embeddings */
  get(key: string): Promise<Embedding | null>;
  put(key: string, embedding: Embedding): Promise<void>;
}
