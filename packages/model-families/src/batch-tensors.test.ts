import type { Tensor } from '@darkroom/tensor';
import { expect, it } from 'vitest';
import { concatBatches, splitBatch } from './batch-tensors.js';

const pair = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [1, 2],
  data: Float32Array.from(values),
});

it('tensors become one batch and come apart again', () => {
  const parts = [pair(1, 2), pair(3, 4), pair(5, 6)];
  const batch = concatBatches(parts);
  expect(batch).toEqual({ type: 'float32', dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect(splitBatch(batch)).toEqual(parts);
});

it('half precision stays as it is', () => {
  const half: Tensor = { type: 'float16', dims: [1, 1], data: Uint16Array.of(0x3c00) };
  expect(concatBatches([half, half])).toEqual({
    type: 'float16',
    dims: [2, 1],
    data: Uint16Array.of(0x3c00, 0x3c00),
  });
});

it('tensors of different shapes or types make no batch', () => {
  const other: Tensor = { type: 'float32', dims: [1, 3], data: new Float32Array(3) };
  expect(() => concatBatches([pair(1, 2), other])).toThrow('expected tensors of float32[?, 2]');
  expect(() => concatBatches([pair(1, 2), { ...pair(1, 2), type: 'float64' } as never])).toThrow(
    'got float64[1, 2]',
  );
  expect(() => concatBatches([])).toThrow('got none');
});
