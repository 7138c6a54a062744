import {
  type Normalization,
  type Pixels,
  type Placement,
  pixelsToTensor,
  type ResamplerName,
  resample,
} from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';

/** What an encoder takes. Those of one model differ in how much of the preparation is in the graph. */
export interface EncoderInput {
  readonly resampler: ResamplerName;
  /** Of a graph that normalizes by itself: scale 1, mean 0, std 1. */
  readonly normalization: Normalization;
  /** False for a graph that pads by itself: it is given the resized picture alone. */
  readonly isPadded: boolean;
  /** False where there is no dimension for the batch, as in `[height, width, 3]`. */
  readonly hasBatch: boolean;
}

/**
 * A picture as the encoder takes it. The padding, right and below, is 0 after normalizing, as in `Sam.preprocess` of
 * segment-anything: it has the mean colour, and no bytes could say that exactly.
 */
export function encoderTensor(picture: Pixels, placement: Placement, input: EncoderInput): Float32Tensor {
  const { resizedWidth, resizedHeight } = placement;
  const resized = resample(input.resampler, picture, resizedWidth, resizedHeight);
  const unpadded = pixelsToTensor(resized, input.normalization);
  const tensor = input.isPadded ? withPadding(unpadded, placement, input.normalization.layout) : unpadded;
  return input.hasBatch ? tensor : float32Tensor(tensor.data, tensor.dims.slice(1));
}

function withPadding(
  tensor: Float32Tensor,
  { inputWidth, inputHeight, resizedWidth, resizedHeight }: Placement,
  layout: Normalization['layout'],
): Float32Tensor {
  if (resizedWidth === inputWidth && resizedHeight === inputHeight) return tensor;
  const [planes, values] = layout === 'nchw' ? [3, 1] : [1, 3];
  const data = new Float32Array(3 * inputWidth * inputHeight);
  const line = resizedWidth * values;
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < resizedHeight; y++) {
      const from = (plane * resizedHeight + y) * line;
      data.set(tensor.data.subarray(from, from + line), (plane * inputHeight + y) * inputWidth * values);
    }
  }
  return float32Tensor(
    data,
    layout === 'nchw' ? [1, 3, inputHeight, inputWidth] : [1, inputHeight, inputWidth, 3],
  );
}
