import type { Box, RegionMask } from '@darkroom/imaging';
import type { MaskPasting } from './options.js';
import { type CellGrid, type Taps, tapsAt, thresholdCells } from './threshold-cells.js';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Cells of nothing around a mask, so that it ends where its outermost cells do. */
const PADDING = 1;

/**
 * The mask of a box, given in a fixed number of cells such as 28 × 28, in pixels of the picture: in the mask is what
 * comes to a half at least.
 * @param cells how likely each part of the box belongs to the thing, 0 to 1
 * @param box in pixels of the picture
 */
export function pasteMask(cells: CellGrid, box: Box, picture: PictureSize, pasting: MaskPasting): RegionMask {
  const padded = withPadding(cells);
  const edges = box.map(Math.fround) as unknown as Box;
  const axisOf = AXES[pasting];
  const across = axisOf(edges[0], edges[2], cells.width, picture.width);
  const down = axisOf(edges[1], edges[3], cells.height, picture.height);
  const columns = pixelTaps(across, padded.width);
  const rows = pixelTaps(down, padded.height);
  const data = thresholdCells(padded, columns, rows);
  return { x: across.first, y: down.first, width: across.pixels, height: down.pixels, data };
}

/** One axis of a mask that is being pasted. */
interface PastedAxis {
  /** Pixels of the picture that the mask reaches. */
  readonly first: number;
  readonly pixels: number;
  /** Where among the padded cells a pixel of the picture lies. */
  positionOf(pixel: number): number;
}

type AxisOf = (start: number, end: number, cells: number, pictureSize: number) => PastedAxis;

const AXES: Readonly<Record<MaskPasting, AxisOf>> = {
  /**
   * `paste_masks_in_image` of torchvision's `roi_heads.py`, in single precision as there: the box grows with the
   * padding, its edges lose what is behind the point, and the cells are stretched over these pixels, the last edge's
   * included.
   */
  torchvision(start, end, cells, pictureSize) {
    const scale = (cells + 2 * PADDING) / cells;
    const half = Math.fround(Math.fround(Math.fround(end - start) * 0.5) * Math.fround(scale));
    const center = Math.fround(Math.fround(end + start) * 0.5);
    const from = Math.trunc(Math.fround(center - half));
    const to = Math.trunc(Math.fround(center + half));
    const length = Math.max(to - from + 1, 1);
    const cellsPerPixel = Math.fround((cells + 2 * PADDING) / length);
    return {
      ...clipped(from, to + 1, pictureSize),
      positionOf: (pixel) => (pixel - from + 0.5) * cellsPerPixel - 0.5,
    };
  },
  /** `paste_masks_in_image` of Detectron2's `mask_ops.py`: the middle of each pixel is looked up in the very box. */
  detectron2: (start, end, cells, pictureSize) => ({
    ...clipped(Math.floor(start), Math.ceil(end), pictureSize),
    positionOf: (pixel) => ((pixel + 0.5 - start) / (end - start)) * cells - 0.5 + PADDING,
  }),
};

function clipped(from: number, to: number, pictureSize: number) {
  const first = Math.min(Math.max(from, 0), pictureSize);
  return { first, pixels: Math.max(Math.min(to, pictureSize) - first, 0) };
}

function pixelTaps({ first, pixels, positionOf }: PastedAxis, cells: number): Taps {
  return tapsAt(pixels, cells, (pixel) => positionOf(first + pixel));
}

function withPadding({ width, height, data }: CellGrid): CellGrid {
  const padded = {
    width: width + 2 * PADDING,
    height: height + 2 * PADDING,
    data: new Float32Array((width + 2 * PADDING) * (height + 2 * PADDING)),
  };
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width, (row + 1) * width);
    padded.data.set(line, (row + PADDING) * padded.width + PADDING);
  }
  return padded;
}
