import { describe, expect, it } from 'vitest';
import { pixelsOf } from './pixels.js';
import { placeOnInput } from './place-on-input.js';
import { placePicture } from './placement.js';
import { noise } from './testing/noise.js';

const picture = pixelsOf(noise(8 * 4 * 3), 8, 4);
const size = { pictureWidth: 8, pictureHeight: 4 };

describe('putting a picture on the input', () => {
  it('surrounds it with the padding colour', () => {
    const placement = placePicture({ mode: 'letterbox', ...size, inputWidth: 8, inputHeight: 8 });
    const { width, height, data } = placeOnInput(picture, placement, {
      resampler: 'cv2-linear',
      padding: [114, 115, 116],
    });
    expect([width, height]).toEqual([8, 8]);
    expect([...data.subarray(0, 6)]).toEqual([114, 115, 116, 114, 115, 116]);
    expect(data.subarray(2 * 24, 6 * 24)).toEqual(picture.data);
    expect([...data.subarray(-3)]).toEqual([114, 115, 116]);
  });

  it('stays in floating point with Darknet, half grey padding included', () => {
    const placement = placePicture({ mode: 'letterbox', ...size, inputWidth: 5, inputHeight: 6 });
    const { data } = placeOnInput(picture, placement, {
      resampler: 'darknet',
      padding: [127.5, 127.5, 127.5],
    });
    expect(data).toBeInstanceOf(Float32Array);
    expect(data[0]).toBe(127.5);
    expect(data.some((value) => !Number.isInteger(value) && value !== 127.5)).toBe(true);
  });

  it('cuts off what does not fit', () => {
    const cropped = {
      mode: 'shortest-edge',
      ...size,
      shortestEdge: 4,
      inputWidth: 4,
      inputHeight: 4,
    } as const;
    const input = placeOnInput(picture, placePicture(cropped), {
      resampler: 'pil-bilinear',
      padding: [0, 0, 0],
    });
    expect([input.width, input.height]).toEqual([4, 4]);
    expect(input.data.subarray(0, 12)).toEqual(picture.data.subarray(6, 18));
    expect(input.data.subarray(36)).toEqual(picture.data.subarray(3 * 24 + 6, 3 * 24 + 18));
  });

  it('refuses a placement made for another picture', () => {
    const placement = placePicture({
      mode: 'stretch',
      pictureWidth: 9,
      pictureHeight: 4,
      inputWidth: 3,
      inputHeight: 3,
    });
    expect(() => placeOnInput(picture, placement, { resampler: 'darknet', padding: [0, 0, 0] })).toThrow(
      '9 × 4',
    );
  });
});
