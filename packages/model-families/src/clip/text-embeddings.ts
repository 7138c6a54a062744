import { float32Tensor } from '@darkroom/tensor';
import { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import { MemoryEmbeddingCache } from '../memory-embedding-cache.js';
import type { RunMemory } from '../run-memory.js';
import type { TokenizedText } from '../text-tokenizer/text-tokenizer.js';
import type { TextEncoder } from './text-encoder.js';

/** Of embeddings: of a thousand numbers each, four thousand. */
const CACHED_BYTES = 16 * 1024 ** 2;
const EMBEDDING = 'embedding';

/** A text with its tokens. */
export interface ReadText {
  readonly text: string;
  readonly tokens: TokenizedText;
}

/** Embeddings of texts. Those that were used last are kept, so that the next job with the same texts runs no graph for them. */
export class TextEmbeddings {
  readonly #encoder: TextEncoder;
  readonly #runner = new ChunkRunner('texts');
  readonly #cache: MemoryEmbeddingCache;

  constructor(encoder: TextEncoder, cachedBytes = CACHED_BYTES) {
    this.#encoder = encoder;
    this.#cache = new MemoryEmbeddingCache(cachedBytes);
  }

  /** What is known of some texts, and the others, each once. */
  async recall(texts: readonly ReadText[]): Promise<RecalledTexts> {
    const known = new Map<string, Float32Array>();
    const unseen = new Map<string, ReadText>();
    for (const read of texts) {
      if (known.has(read.text) || unseen.has(read.text)) continue;
      const embedding = await this.#cache.get(read.text);
      if (embedding) known.set(read.text, embedding[EMBEDDING]!.data as Float32Array);
      else unseen.set(read.text, read);
    }
    return { known, unseen: [...unseen.values()] };
  }

  /** @returns embeddings of unit length of texts that are not known yet, in their order; they are from now on */
  async make(unseen: readonly ReadText[], steps: StepCounter, memory: RunMemory): Promise<Float32Array[]> {
    if (unseen.length === 0) return [];
    const made = await this.#runner.run(unseen, {
      chunkSize: this.#encoder.textsPerRun,
      runChunk: (chunk) => this.#encoder.encode(chunk.map(({ tokens }) => tokens)),
      steps,
      memory,
    });
    for (const [i, { text }] of unseen.entries()) {
      const embedding = made[i]!;
      await this.#cache.put(text, { [EMBEDDING]: float32Tensor(embedding, [embedding.length]) });
    }
    return made;
  }
}

export interface RecalledTexts {
  readonly known: Map<string, Float32Array>;
  readonly unseen: readonly ReadText[];
}
