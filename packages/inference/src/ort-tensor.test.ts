import { describe, expect, it } from 'vitest';
import { fromOrtTensor, halfPrecisionBits, toOrtTensor } from './ort-tensor.js';

/** Stands for the Float16Array of newer Node: a view of two-byte elements that is no Uint16Array. */
class OtherHalfPrecisionArray extends Int16Array {}

describe('tensors at the border to ONNX Runtime', () => {
  it('keep half precision as raw patterns, whatever type of array it comes in', () => {
    const memory = Uint16Array.of(0, 0x3c00, 0xc000, 0x7bff);
    const view = new OtherHalfPrecisionArray(memory.buffer, 2, 3);
    expect(halfPrecisionBits(view)).toEqual(Uint16Array.of(0x3c00, 0xc000, 0x7bff));
    expect(halfPrecisionBits(memory)).toBe(memory);
  });

  it('hand half precision over as raw patterns too, without copying', () => {
    const data = Uint16Array.of(0x3c00, 0xc000);
    const given = toOrtTensor({ type: 'float16', dims: [2], data });
    expect(given.type).toBe('float16');
    expect(given.data).toBe(data);
  });

  it.each([
    { type: 'float32', dims: [2], data: Float32Array.of(1.5, -2) },
    { type: 'float64', dims: [2], data: Float64Array.of(1.5, -2) },
    { type: 'float16', dims: [2, 1], data: Uint16Array.of(0x3c00, 0xc000) },
    { type: 'int64', dims: [2], data: BigInt64Array.of(1n, -(2n ** 40n)) },
    { type: 'int32', dims: [2], data: Int32Array.of(1, -2) },
    { type: 'uint8', dims: [2], data: Uint8Array.of(1, 255) },
    { type: 'int8', dims: [2], data: Int8Array.of(1, -2) },
    { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
  ] as const)('come back unchanged as $type', (tensor) => {
    expect(fromOrtTensor(toOrtTensor(tensor))).toEqual(tensor);
  });
});
