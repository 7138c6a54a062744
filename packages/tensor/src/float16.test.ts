import { describe, expect, it } from 'vitest';
import { float16Bits, float16Value, toFloat32 } from './float16.js';

describe('half precision', () => {
  it('gives every one of its 65,536 patterns back after a round trip', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16Value(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(float16Value(float16Bits(value)))).toBe(true);
      else expect(float16Bits(value)).toBe(bits);
    }
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.5, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])('rounds %d to the nearest pattern, ties to even', (value, bits) => {
    expect(float16Bits(value)).toBe(bits);
  });

  it('turns tensors of other types into float32', () => {
    expect([...toFloat32({ type: 'int64', dims: [2], data: BigInt64Array.of(3n, -4n) }).data]).toEqual([
      3, -4,
    ]);
    expect([...toFloat32({ type: 'float16', dims: [1], data: Uint16Array.of(0x3800) }).data]).toEqual([0.5]);
  });
});
