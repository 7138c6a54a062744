import { float32Tensor } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { drawLatents } from './encoded-latents.js';

describe('latents drawn from what an encoder gives', () => {
  const logOf = (deviation: number) => 2 * Math.log(deviation);

  it('are the mean and as much noise as the variance says, for each picture', () => {
    const means = [
      [1, 2],
      [-3, 4],
    ];
    const variances = [
      [logOf(1), logOf(0.5)],
      [logOf(2), logOf(0.1)],
    ];
    const data = Float32Array.from(means.flatMap((mean, i) => [...mean, ...variances[i]!]));
    const { dims, data: latents } = drawLatents(
      float32Tensor(data, [2, 2, 1, 2]),
      Float32Array.of(1, -2, 0.5, 10),
    );
    expect(dims).toEqual([2, 1, 1, 2]);
    for (const [i, expected] of [2, 1, -2, 5].entries()) expect(latents[i]).toBeCloseTo(expected, 5);
  });

  it('do not become infinite, whatever the variance is', () => {
    const parameters = float32Tensor(Float32Array.of(0, 1, 1000, -1000), [1, 4, 1, 1]);
    const { data } = drawLatents(parameters, Float32Array.of(1, 1));
    expect(data[0]).toBeCloseTo(Math.exp(10), 1);
    expect(data[1]).toBeCloseTo(1, 6);
  });

  it('are refused when the tensor is no mean and variance of as many numbers', () => {
    const parameters = float32Tensor(new Float32Array(4), [1, 4, 1, 1]);
    expect(() => drawLatents(parameters, new Float32Array(4))).toThrow('[1, 4, 1, 1]');
    expect(() => drawLatents(float32Tensor(new Float32Array(3), [1, 3, 1, 1]), new Float32Array(1))).toThrow(
      'Expected means and variances of 1 numbers',
    );
  });
});
