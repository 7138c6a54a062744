import { describe, expect, it } from 'vitest';
import { type Normalization, pixelsToTensor, tensorToPixels } from './normalize.js';
import { pixelsOf, type ResampledPixels } from './pixels.js';
import { noise } from './testing/noise.js';

const IMAGENET = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const PLAIN = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const twoPixels = pixelsOf(Uint8Array.of(10, 20, 30, 40, 50, 60), 2, 1);

describe('a picture as a tensor', () => {
  it.each([
    ['rgb', 'nchw', [1, 3, 1, 2], [10, 40, 20, 50, 30, 60]],
    ['bgr', 'nchw', [1, 3, 1, 2], [30, 60, 20, 50, 10, 40]],
    ['rgb', 'nhwc', [1, 1, 2, 3], [10, 20, 30, 40, 50, 60]],
    ['bgr', 'nhwc', [1, 1, 2, 3], [30, 20, 10, 60, 50, 40]],
  ] as const)('has its channels as %s and its layout as %s', (channelOrder, layout, dims, values) => {
    const tensor = pixelsToTensor(twoPixels, { ...PLAIN, channelOrder, layout });
    expect(tensor.dims).toEqual(dims);
    expect([...tensor.data]).toEqual(values);
  });

  it('takes mean and standard deviation in the order of its own channels', () => {
    const means = { ...PLAIN, mean: [1, 2, 3], std: [1, 10, 100], layout: 'nhwc' } as const;
    const bgr = pixelsToTensor(twoPixels, { ...means, channelOrder: 'bgr' });
    expect([...bgr.data.subarray(0, 3)]).toEqual([29, 1.8, 0.07].map(Math.fround));
  });

  it('is the same from bytes and from floating point', () => {
    const bytes = pixelsOf(noise(5 * 7 * 3), 5, 7);
    const floats: ResampledPixels = { ...bytes, data: Float32Array.from(bytes.data) };
    const normalization = { ...IMAGENET, channelOrder: 'rgb', layout: 'nchw' } as const;
    expect(pixelsToTensor(floats, normalization)).toEqual(pixelsToTensor(bytes, normalization));
  });

  it.each(['nchw', 'nhwc'] as const)('shows what the network saw when turned back: %s', (layout) => {
    const bytes = pixelsOf(noise(5 * 7 * 3), 5, 7);
    for (const channelOrder of ['rgb', 'bgr'] as const) {
      const normalization: Normalization = { ...IMAGENET, channelOrder, layout };
      expect(tensorToPixels(pixelsToTensor(bytes, normalization), normalization)).toEqual(bytes);
    }
  });

  it('is refused in the other layout', () => {
    const tensor = pixelsToTensor(twoPixels, { ...PLAIN, channelOrder: 'rgb', layout: 'nhwc' });
    expect(() => tensorToPixels(tensor, { ...PLAIN, channelOrder: 'rgb', layout: 'nchw' })).toThrow(
      'expected a tensor of shape [batch, 3, height, width], got [1, 1, 2, 3]',
    );
  });
});
