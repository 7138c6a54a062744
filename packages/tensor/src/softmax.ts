import { elementCount, type Float32Tensor } from './tensor.js';

/**
 * Softmax over the first dimension: of logits `[classes, height, width]` the distribution over the classes at
 * every pixel. The maximum is taken off first, so that large logits don't overflow.
 */
export function softmaxOverFirstDimension(logits: Float32Tensor): Float32Tensor {
  const [classes = 1, ...rest] = logits.dims;
  const positions = elementCount(rest);
  const probabilities = new Float32Array(logits.data.length);
  const maximum = new Float32Array(positions).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float64Array(positions);
  for (let c = 0; c < classes; c++) {
    const offset = c * positions;
    for (let p = 0; p < positions; p++) maximum[p] = Math.max(maximum[p]!, logits.data[offset + p]!);
  }
  for (let c = 0; c < classes; c++) {
    const offset = c * positions;
    for (let p = 0; p < positions; p++) {
      const exponential = Math.exp(logits.data[offset + p]! - maximum[p]!);
      probabilities[offset + p] = exponential;
      sum[p] = sum[p]! + exponential;
    }
  }
  for (let i = 0; i < probabilities.length; i++) probabilities[i] = probabilities[i]! / sum[i % positions]!;
  return { type: 'float32', dims: logits.dims, data: probabilities };
}
