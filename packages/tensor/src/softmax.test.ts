import { describe, expect, it } from 'vitest';
import { softmaxOverFirstDimension } from './softmax.js';
import { float32Tensor } from './tensor.js';

describe('softmax over the first dimension', () => {
  it('sums to one at every pixel and survives logits of a thousand', () => {
    const logits = float32Tensor(Float32Array.of(1000, 0, 1001, 0), [2, 1, 2]);
    const { data } = softmaxOverFirstDimension(logits);
    expect(data[0]).toBeCloseTo(0.268941, 5);
    expect(data[2]).toBeCloseTo(0.731059, 5);
    expect(data[1]! + data[3]!).toBeCloseTo(1, 6);
  });
});
