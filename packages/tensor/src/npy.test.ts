import { describe, expect, it } from 'vitest';
import { toFloat16, toFloat32 } from './float16.js';
import { decodeNpy, encodeNpy } from './npy.js';
import { float32Tensor } from './tensor.js';

describe('.npy files', () => {
  it('come back with the same shape and numbers', () => {
    const tensor = float32Tensor(Float32Array.of(1, -2.5, 3e-8, 4, 5, 6), [1, 2, 3]);
    expect(decodeNpy(encodeNpy(tensor))).toEqual(tensor);
  });

  it('come back as float32 where they hold float16', () => {
    const halves = toFloat16(float32Tensor(Float32Array.of(1, -2.5, 0.1), [3]));
    const file = encodeNpy(halves);
    expect(file.toString('latin1', 10)).toContain("'descr': '<f2'");
    expect(decodeNpy(file)).toEqual(toFloat32(halves));
  });

  it('start their data on a multiple of 64 bytes, as the format asks', () => {
    const file = encodeNpy(float32Tensor(Float32Array.of(7), [1]));
    expect((file.length - 4) % 64).toBe(0);
    expect(file.toString('latin1', 10)).toContain("'shape': (1,)");
  });

  it('are refused when they hold something else', () => {
    expect(() => decodeNpy(Buffer.from('PK\x03\x04 not an array'))).toThrow('not a .npy file');
    const file = encodeNpy(float32Tensor(new Float32Array(4), [4]));
    expect(() => decodeNpy(file.subarray(0, -1))).toThrow('expected 4 numbers of float32');
    const doubles = Buffer.from(file.toString('latin1').replace('<f4', '<f8'), 'latin1');
    expect(() => decodeNpy(doubles)).toThrow('expected little-endian float32 or float16');
  });
});
