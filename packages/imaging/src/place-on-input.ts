import type { Pixels, ResampledPixels } from './pixels.js';
import type { Placement } from './placement.js';
import type { ResampledPart } from './resamplers/resampler.js';
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
  const part = visiblePart(placement);
  // A picture one pixel high and 20,000 wide has millions of pixels beside those that are seen.
  const resized = resample(options.resampler, pixels, resizedWidth, resizedHeight, part);
  if (part.width === inputWidth && part.height === inputHeight) return resized;
  const data = padded(resized, inputWidth, inputHeight, options.padding);
  const [left, top] = [Math.max(placement.offsetX, 0), Math.max(placement.offsetY, 0)];
  const rowValues = part.width * 3;
  for (let y = 0; y < part.height; y++) {
    const row = resized.data.subarray(y * rowValues, (y + 1) * rowValues);
    data.set(row, ((top + y) * inputWidth + left) * 3);
  }
  return { width: inputWidth, height: inputHeight, channels: 3, data };
}

/** What of the resized picture lies on the input. */
function visiblePart(placement: Placement): ResampledPart {
  const { inputWidth, inputHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  const [x, y] = [Math.max(-offsetX, 0), Math.max(-offsetY, 0)];
  return {
    x,
    y,
    width: Math.min(resizedWidth - x, inputWidth - Math.max(offsetX, 0)),
    height: Math.min(resizedHeight - y, inputHeight - Math.max(offsetY, 0)),
  };
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
