import { float16ToFloat32 } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { asType, feedTensor } from './feed-tensor.js';

describe('what is fed', () => {
  const values = Float32Array.of(1, 0, -1, 2.5);

  it('has the type of the input', () => {
    expect(feedTensor(values, [2, 2], 'float32')).toEqual({ type: 'float32', dims: [2, 2], data: values });
    expect(feedTensor(values, [4], 'int64').data).toEqual(BigInt64Array.of(1n, 0n, -1n, 2n));
    expect(feedTensor(values, [4], 'int32').data).toEqual(Int32Array.of(1, 0, -1, 2));
    const half = feedTensor(values, [4], 'float16');
    expect(half.type).toBe('float16');
    expect(float16ToFloat32(half.data as Uint16Array)).toEqual(values);
  });

  it('goes between an encoder in half precision and a decoder in single precision, both ways', () => {
    const half = feedTensor(values, [4], 'float16');
    expect(asType(half, 'float32')).toEqual(feedTensor(values, [4], 'float32'));
    expect(asType(asType(half, 'float32'), 'float16')).toEqual(half);
    expect(asType(half, 'float16')).toBe(half);
  });

  it('may be a list of nothing', () => {
    expect(feedTensor(new Float32Array(), [1, 3, 0], 'int64')).toMatchObject({ dims: [1, 3, 0] });
  });

  it('is of no other type', () => {
    expect(() => feedTensor(values, [4], 'uint8')).toThrow(
      'Expected an input of float32, float16, int64, int32',
    );
  });
});
