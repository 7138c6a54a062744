import { createHash } from 'node:crypto';
import type { EmbeddingSource } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Tensor } from '@darkroom/tensor';
import type { Embedding, EmbeddingCache } from '../embedding-cache.js';
import type { PictureEncoder } from './picture-encoder.js';

export interface FoundEmbedding {
  readonly embedding: Embedding;
  readonly source: EmbeddingSource;
  /** When it is in the cache for whoever asks next. */
  readonly kept: Promise<void>;
}

/** The embeddings of whole pictures: from the cache, or made and put there. */
export class PictureEmbeddings {
  readonly #encoder: PictureEncoder;
  readonly #cache: EmbeddingCache;
  readonly #modelKey: string;

  constructor(model: LoadedManifest, encoder: PictureEncoder, cache: EmbeddingCache) {
    this.#encoder = encoder;
    this.#cache = cache;
    this.#modelKey = modelKey(model);
  }

  /** @returns `null` for a picture whose hash isn't known: its embedding is neither looked for nor kept */
  keyOf(pictureSha256: string | undefined): string | null {
    return pictureSha256 === undefined ? null : `${this.#modelKey}:${pictureSha256}`;
  }

  async recall(key: string | null): Promise<Embedding | null> {
    return key === null ? null : this.#cache.get(key);
  }

  /**
   * @param recalled what was found for the picture already
   * @param makeTensor the picture as the encoder takes it, asked for only where it has to be encoded
   */
  async find(
    { key, recalled }: { readonly key: string | null; readonly recalled: Embedding | null },
    makeTensor: () => Tensor,
  ): Promise<FoundEmbedding> {
    // An earlier job on the same picture may have ended since it was prepared.
    const cached = recalled ?? (await this.recall(key));
    if (cached) return { embedding: cached, source: 'cached', kept: Promise.resolve() };
    const embedding = await this.#encoder.encode(makeTensor());
    return { embedding, source: 'computed', kept: this.#keep(key, embedding) };
  }

  async #keep(key: string | null, embedding: Embedding): Promise<void> {
    if (key !== null) await this.#cache.put(key, embedding);
  }
}

/** All that an embedding depends on beside the picture: the files of the model, and how pictures are prepared for it. */
function modelKey({ manifest: { files, preparation } }: LoadedManifest): string {
  const hashes = Object.entries(files).map(([part, { sha256 }]) => [part, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([hashes.sort(), preparation]))
    .digest('hex');
}
