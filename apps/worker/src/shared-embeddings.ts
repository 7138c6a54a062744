import type { BlobCache } from '@darkroom/blob-store';
import type { Logger } from '@darkroom/service-kit';

/** The embeddings that the workers share. Without them a picture is encoded again: that they fail is no job's failure. */
export class SharedEmbeddings {
  readonly #cache: BlobCache;
  readonly #logger: Logger;

  constructor(cache: BlobCache, logger: Logger) {
    this.#cache = cache;
    this.#logger = logger;
  }

  async recall(key: string): Promise<Buffer | null> {
    try {
      return await this.#cache.get(key);
    } catch (error) {
      this.#logger.warn({ err: error }, 'an embedding could not be read; the picture is encoded again');
      return null;
    }
  }

  keep(key: string, bytes: Buffer): void {
    this.#cache
      .put(key, bytes)
      .catch((error) =>
        this.#logger.warn({ err: error }, 'an embedding could not be kept for other workers'),
      );
  }
}
