import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import type { Tensor } from './tensor.js';

const HALVES: Tensor = { type: 'float16', dims: [1, 2, 2], data: Uint16Array.of(0x3c00, 0xc000, 0, 0x7bff) };
const TENSORS: Readonly<Record<string, Tensor>> = {
  halves: HALVES,
  sizes: { type: 'int64', dims: [2], data: BigInt64Array.of(-3n, 1n << 40n) },
  nothing: { type: 'float32', dims: [0, 4], data: new Float32Array(0) },
  scalar: { type: 'float32', dims: [], data: Float32Array.of(0.1) },
};

describe('a .safetensors file', () => {
  it('gives its tensors and texts back', () => {
    const file = { tensors: TENSORS, metadata: { made_by: 'a test, ünd more' } };
    expect(decodeSafetensors(encodeSafetensors(file))).toEqual(file);
  });

  it('is laid out as the format has it', () => {
    const bytes = encodeSafetensors({ tensors: { a: HALVES }, metadata: {} });
    const headerBytes = Number(bytes.readBigUInt64LE());
    expect(headerBytes % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes))).toEqual({
      __metadata__: {},
      a: { dtype: 'F16', shape: [1, 2, 2], data_offsets: [0, 8] },
    });
    expect(bytes.readUInt16LE(8 + headerBytes)).toBe(0x3c00);
    expect(bytes).toHaveLength(8 + headerBytes + 8);
  });

  it('is read from the middle of other bytes', () => {
    const bytes = encodeSafetensors({ tensors: TENSORS, metadata: {} });
    const within = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    expect(decodeSafetensors(within).tensors).toEqual(TENSORS);
  });

  it.each([
    ['that is empty', Buffer.alloc(0)],
    ['whose header is longer than the file', Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1])],
    ['whose header is no JSON', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 33])],
    ['whose numbers are cut off', encodeSafetensors({ tensors: TENSORS, metadata: {} }).subarray(0, -2)],
    [
      'of numbers that nobody knows',
      Buffer.from(
        encodeSafetensors({ tensors: TENSORS, metadata: {} }).toString('latin1').replace('F16', 'X16'),
        'latin1',
      ),
    ],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow();
  });
});
