import type { Tensor } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { decodeEmbedding, encodeEmbedding } from './embedding-file.js';

const float32 = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
});

describe('the file of an embedding', () => {
  it('has half the size, and every number of it within a 2048th', () => {
    const values = Array.from({ length: 4096 }, (_, i) => Math.sin(i) * 2 ** ((i % 16) - 10));
    const bytes = encodeEmbedding({ image_embeddings: float32(...values) });
    expect(bytes.length).toBeLessThan(4096 * 2 + 256);
    const [{ data }] = Object.values(decodeEmbedding(bytes)) as [Tensor];
    for (const [i, value] of values.entries()) {
      expect(Math.abs(Number(data[i]) - value)).toBeLessThanOrEqual(Math.abs(value) / 2048 + 2 ** -25);
    }
  });

  it('gives every tensor back in the type it had', () => {
    const embedding = {
      whole: float32(1, -2.5),
      half: { type: 'float16', dims: [1, 2], data: Uint16Array.of(0x3c00, 0x0001) },
    } as const;
    expect(decodeEmbedding(encodeEmbedding(embedding))).toEqual(embedding);
  });

  it('leaves what half precision does not reach as it is', () => {
    const embedding = { far: float32(1e6, 0.1), near: float32(65504) };
    expect(decodeEmbedding(encodeEmbedding(embedding))).toEqual(embedding);
  });
});
