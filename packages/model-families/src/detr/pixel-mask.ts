import type { Placement } from '@darkroom/imaging';
import type { Tensor, TensorSpec } from '@darkroom/tensor';
import type { PixelMaskType } from './choose-inputs.js';

/**
 * 1 where the picture lies on the input, 0 in the padding: `[1, height, width]`, as large as the graph declares it, or
 * as the input.
 */
export function pixelMaskTensor({ type, dims }: TensorSpec, placement: Placement): Tensor {
  const { inputWidth, inputHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  const height = dims[1] ?? inputHeight;
  const width = dims[2] ?? inputWidth;
  const mask = new Uint8Array(height * width);
  const isInside = (cell: number, cells: number, inputSize: number, offset: number, size: number) => {
    const position = ((cell + 0.5) * inputSize) / cells - offset;
    return position > 0 && position < size;
  };
  for (let y = 0; y < height; y++) {
    if (!isInside(y, height, inputHeight, offsetY, resizedHeight)) continue;
    for (let x = 0; x < width; x++) {
      if (isInside(x, width, inputWidth, offsetX, resizedWidth)) mask[y * width + x] = 1;
    }
  }
  return { type, dims: [1, height, width], data: DATA[type as PixelMaskType](mask) } as Tensor;
}

const DATA: Readonly<Record<PixelMaskType, (mask: Uint8Array) => Tensor['data']>> = {
  int64: (mask) => BigInt64Array.from(mask, BigInt),
  int32: (mask) => Int32Array.from(mask),
  bool: (mask) => mask,
  float32: (mask) => Float32Array.from(mask),
};
