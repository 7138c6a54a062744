import { elementCount, type Tensor, type TensorData } from '@darkroom/tensor';

/**
 * Tensors of batches, all of one type and of one shape but for the first dimension, as one batch. A single tensor is
 * returned as it is.
 * @throws RangeError when their shapes differ or there is none
 */
export function concatBatches(tensors: readonly Tensor[]): Tensor {
  const [first, ...others] = tensors;
  if (!first) throw new RangeError('expected at least one tensor to make a batch of, got none');
  if (others.length === 0) return first;
  const shape = first.dims.slice(1);
  for (const { type, dims } of others) {
    if (type === first.type && dims.slice(1).join() === shape.join()) continue;
    const expected = `${first.type}[?, ${shape.join(', ')}]`;
    throw new RangeError(
      `expected tensors of ${expected} to make a batch of, got ${type}[${dims.join(', ')}]`,
    );
  }
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const all = new (first.data.constructor as new (length: number) => TensorData)(length);
  let offset = 0;
  for (const tensor of tensors) {
    all.set(tensor.data as never, offset);
    offset += tensor.data.length;
  }
  const batch = tensors.reduce((sum, { dims }) => sum + dims[0]!, 0);
  return { type: first.type, dims: [batch, ...shape], data: all } as Tensor;
}

/** A batch as tensors of `[1, …]`, over the same memory. */
export function splitBatch(batch: Tensor): Tensor[] {
  const [count = 0, ...shape] = batch.dims;
  const length = elementCount(shape);
  return Array.from({ length: count }, (_, i) => {
    const data = batch.data.subarray(i * length, (i + 1) * length);
    return { type: batch.type, dims: [1, ...shape], data } as Tensor;
  });
}
