import { DarkroomError } from '@darkroom/contracts';
import type { Box, Placement, RegionMask } from '@darkroom/imaging';
import { elementCount, type Tensor, toFloat32 } from '@darkroom/tensor';
import { cutMask } from './cut-mask.js';
import type { MaskPasting } from './options.js';
import { pasteMask } from './paste-mask.js';
import type { CellGrid } from './threshold-cells.js';

/** @param row which of the graph's detections; @param box its box in pixels of the picture */
export type MaskOf = (row: number, box: Box) => RegionMask;

/**
 * Masks of `[N, 1, height, width]` or `[N, height, width]`: of the whole input where they are as large as that, else
 * of each box. They are read when they are wanted, one by one.
 * @throws DarkroomError `inference_failed` when there isn't one for each detection
 */
export function readMasks(
  masks: Tensor,
  detections: number,
  placement: Placement,
  pasting: MaskPasting,
): MaskOf {
  const [count, height = 0, width = 0] =
    masks.dims.length === 4 && masks.dims[1] === 1 ? masks.dims.toSpliced(1, 1) : masks.dims;
  if (count !== detections || elementCount(masks.dims) !== detections * height * width) {
    throw new DarkroomError(
      'inference_failed',
      `Expected masks of [${detections}, 1, height, width], one for each box, got a tensor of [${masks.dims.join(', ')}].`,
    );
  }
  const gridOf = (row: number): CellGrid => ({
    width,
    height,
    data: slice(masks, row * height * width, height * width),
  });
  const { inputWidth, inputHeight, pictureWidth, pictureHeight } = placement;
  const picture = { width: pictureWidth, height: pictureHeight };
  return width === inputWidth && height === inputHeight
    ? (row, box) => cutMask(gridOf(row), box, placement)
    : (row, box) => pasteMask(gridOf(row), box, picture, pasting);
}

function slice({ type, data }: Tensor, start: number, length: number): Float32Array {
  const part = { type, dims: [length], data: data.subarray(start, start + length) } as Tensor;
  return toFloat32(part).data;
}
