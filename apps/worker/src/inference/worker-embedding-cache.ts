import { setImmediate } from 'node:timers/promises';
import {
  decodeEmbedding,
  type Embedding,
  type EmbeddingCache,
  encodeEmbedding,
} from '@darkroom/model-families';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';

type Recalled = Extract<ToInferenceProcess, { type: 'recalled' }>;

/** Longer than reading takes, shorter than many an encoder: then the picture is rather encoded again. */
const PATIENCE_MS = 2_000;

/** The embeddings that all workers share, as an inference process reaches them: the worker asks Redis for it. */
export class WorkerEmbeddingCache implements EmbeddingCache {
  readonly #send: (message: FromInferenceProcess) => void;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, (bytes: Uint8Array | null) => void>();
  #recalls = 0;

  constructor(send: (message: FromInferenceProcess) => void, patienceMs = PATIENCE_MS) {
    this.#send = send;
    this.#patienceMs = patienceMs;
  }

  async get(key: string): Promise<Embedding | null> {
    const bytes = await this.#recall(key);
    if (!bytes) return null;
    try {
      return decodeEmbedding(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch {
      // Another version of Darkroom wrote it.
      return null;
    }
  }

  async put(key: string, embedding: Embedding): Promise<void> {
    // The graph run that waits for this embedding begins first: writing it down takes some milliseconds beside it.
    await setImmediate();
    this.#send({ type: 'keep', key, bytes: encodeEmbedding(embedding) });
  }

  /** What the worker answered. */
  receive({ recallId, bytes }: Recalled): void {
    this.#waiting.get(recallId)?.(bytes);
  }

  async #recall(key: string): Promise<Uint8Array | null> {
    const recallId = this.#recalls++;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<Uint8Array | null>((resolve) => {
      this.#waiting.set(recallId, resolve);
      timer = setTimeout(() => resolve(null), this.#patienceMs);
    });
    this.#send({ type: 'recall', recallId, key });
    return answer.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(recallId);
    });
  }
}
