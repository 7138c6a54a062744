import type { Pixels, ResampledPixels } from './pixels.js';
import type { Placement } from './placement.js';
import { type ResamplerName, resample } from './resamplers/resamplers.js';

export interface InputOptions {
  readonly resampler: ResamplerName;
  /** What surrounds the picture: red, green and blue from 0 to 255. Darknet's half grey is 127.5. */
  readonly padding: readonly [red: number, green: number, blue: number];
}

/**
 * The picture resized and put on the model's input: `inputWidth` × `inputHeight` pixels, floating point where the
 * resampler's are.
 * @throws RangeError when the placement was made for a picture of another size
 */
export function placeOnInput(pixels: Pixels, placement: Placement, options: InputOptions): ResampledPixels {
  const { pictureWidth, pictureHeight, inputWidth, inputHeight, resizedWidth, resizedHeight } = placement;
  if (pixels.width !== pictureWidth || pixels.height !== pictureHeight) {
    throw new RangeError(
      `expected a picture of ${pictureWidth} × ${pictureHeight} as placed, got ${pixels.width} × ${pixels.height}`,
    );
  }
  const resized = resample(options.resampler, pixels, resizedWidth, resizedHeight);
  if (resizedWidth === inputWidth && resizedHeight === inputHeight) return resized;
  const data = padded(resized, inputWidth, inputHeight, options.padding);
  copyVisiblePart(resized, placement, data);
  return { width: inputWidth, height: inputHeight, channels: 3, data };
}

function padded(resized: ResampledPixels, width: number, height: number, padding: InputOptions['padding']) {
  const count = width * height * 3;
  const isFloat = resized.data instanceof Float32Array;
  const data = isFloat ? new Float32Array(count) : new Uint8Array(count);
  const [red, green, blue] = isFloat ? padding : padding.map(Math.round);
  for (let i = 0; i < count; i += 3) {
    data[i] = red!;
    data[i + 1] = green!;
    data[i + 2] = blue!;
  }
  return data;
}

function copyVisiblePart(
  resized: ResampledPixels,
  placement: Placement,
  data: Uint8Array | Float32Array,
): void {
  const { inputWidth, inputHeight, offsetX, offsetY } = placement;
  const left = Math.max(offsetX, 0);
  const right = Math.min(offsetX + resized.width, inputWidth);
  const top = Math.max(offsetY, 0);
  const bottom = Math.min(offsetY + resized.height, inputHeight);
  if (right <= left) return;
  for (let y = top; y < bottom; y++) {
    const from = ((y - offsetY) * resized.width + left - offsetX) * 3;
    data.set(resized.data.subarray(from, from + (right - left) * 3), (y * inputWidth + left) * 3);
  }
}
