import { float32Tensor, toFloat16 } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { scoreEmbedding } from './score-embedding.js';
import { unitRows } from './unit-rows.js';

const tensor = (dims: readonly number[], ...values: number[]) =>
  float32Tensor(Float32Array.from(values), dims);

describe('embeddings', () => {
  it('are brought to unit length, each by itself', () => {
    const rows = unitRows('text_embeds', tensor([2, 2], 3, 4, 0, -0.01), 2);
    expect(rows.map((row) => [...row])).toEqual([
      [Math.fround(0.6), Math.fround(0.8)],
      [0, -1],
    ]);
    expect([...unitRows('text_embeds', toFloat16(tensor([1, 2], 300, 400)), 1)[0]!]).toEqual([
      Math.fround(0.6),
      Math.fround(0.8),
    ]);
  });

  it.each([
    ['zeros', tensor([1, 2], 0, 0), 'the length 0'],
    ['no numbers', tensor([1, 2], Number.NaN, 1), 'the length NaN'],
    ['an overflow', tensor([1, 2], Number.POSITIVE_INFINITY, 1), 'the length Infinity'],
    ['other rows', tensor([2, 1], 1, 1), 'for each of 1 in the output text_embeds, got a tensor of [2, 1]'],
    ['tokens', tensor([1, 1, 2], 1, 1), 'got a tensor of [1, 1, 2]'],
  ])('of %s are refused', (_, output, message) => {
    expect(() => unitRows('text_embeds', output, 1)).toThrow(message);
  });

  it('of two spaces can’t be compared', () => {
    const scoring = { logitScale: { scale: 1, bias: 0 }, activation: 'softmax' } as const;
    expect(() => scoreEmbedding(Float32Array.of(1, 0), [Float32Array.of(1)], scoring)).toThrow('got 1 and 2');
  });
});
