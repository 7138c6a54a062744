import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from './npy.js';
import { float32Tensor } from './tensor.js';

describe('.npy files', () => {
  it('come back with the same shape and numbers', () => {
    const tensor = float32Tensor(Float32Array.of(1, -2.5, 3e-8, 4, 5, 6), [1, 2, 3]);
    expect(decodeNpy(encodeNpy(tensor))).toEqual(tensor);
  });

  it('start their data on a multiple of 64 bytes, as the format asks', () => {
    const file = encodeNpy(float32Tensor(Float32Array.of(7), [1]));
    expect((file.length - 4) % 64).toBe(0);
    expect(file.toString('latin1', 10)).toContain("'shape': (1,)");
  });

  it('are refused when they hold something else', () => {
    expect(() => decodeNpy(Buffer.from('PK\x03\x04 not an array'))).toThrow('not a .npy file');
  });
});
