import { encodeEmbedding } from '@darkroom/model-families';
import { describe, expect, it } from 'vitest';
import type { FromInferenceProcess } from './inference-messages.js';
import { WorkerEmbeddingCache } from './worker-embedding-cache.js';

const EMBEDDING = {
  image_embeddings: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) },
} as const;

function open(patienceMs?: number) {
  const sent: FromInferenceProcess[] = [];
  return { sent, cache: new WorkerEmbeddingCache((message) => sent.push(message), patienceMs) };
}

describe('embeddings that the worker has for an inference process', () => {
  it('are asked for by their key, each answer belonging to its question', async () => {
    const { sent, cache } = open();
    const [a, b] = [cache.get('a'), cache.get('b')];
    expect(sent).toEqual([
      { type: 'recall', recallId: 0, key: 'a' },
      { type: 'recall', recallId: 1, key: 'b' },
    ]);
    cache.receive({ type: 'recalled', recallId: 1, bytes: encodeEmbedding(EMBEDDING) });
    cache.receive({ type: 'recalled', recallId: 0, bytes: null });
    expect(await a).toBeNull();
    expect(await b).toEqual(EMBEDDING);
  });

  it('are given up on after a while, and a late answer disturbs nobody', async () => {
    const { cache } = open(10);
    expect(await cache.get('a')).toBeNull();
    cache.receive({ type: 'recalled', recallId: 0, bytes: encodeEmbedding(EMBEDDING) });
  });

  it('that cannot be read are as good as none', async () => {
    const { cache } = open();
    const asked = cache.get('a');
    cache.receive({ type: 'recalled', recallId: 0, bytes: Buffer.from('of another version') });
    expect(await asked).toBeNull();
  });

  it('are on their way to the worker when they count as kept', async () => {
    const { sent, cache } = open();
    await cache.put('a', EMBEDDING);
    expect(sent).toEqual([{ type: 'keep', key: 'a', bytes: encodeEmbedding(EMBEDDING) }]);
  });
});
