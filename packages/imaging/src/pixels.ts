/**
 * A decoded picture: RGB, 8 bits a channel, interleaved (`data[(y * width + x) * 3 + channel]`), in the
 * orientation in which it is displayed.
 */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Uint8Array;
}

/**
 * A picture a resampler made, laid out as {@link Pixels} with values from 0 to 255. Darknet resamples in floating
 * point and never rounds to 8 bits, so its values stay fractional; the others give bytes.
 */
export interface ResampledPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Uint8Array | Float32Array;
}

/** @throws RangeError when `data` does not hold 3 values for each of `width` × `height` pixels. */
export function pixelsOf(data: Uint8Array, width: number, height: number): Pixels {
  if (data.length !== width * height * 3) {
    throw new RangeError(
      `an RGB picture of ${width} × ${height} holds ${width * height * 3} values, got ${data.length}`,
    );
  }
  return { width, height, channels: 3, data };
}

/** The picture with every value rounded to the nearest of 0 to 255. Bytes are handed back as they are. */
export function quantizePixels(pixels: ResampledPixels): Pixels {
  const { width, height, data } = pixels;
  if (data instanceof Uint8Array) return pixelsOf(data, width, height);
  // A clamped array rounds and clips by itself.
  const bytes = Uint8ClampedArray.from(data);
  return pixelsOf(new Uint8Array(bytes.buffer), width, height);
}
