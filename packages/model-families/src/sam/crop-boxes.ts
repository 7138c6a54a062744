import type { Box, Size } from '@darkroom/imaging';

/** A part of the picture that is encoded by itself. */
export interface Crop {
  /** In whole pixels of the picture. */
  readonly box: Box;
  /** 0 is the whole picture. */
  readonly layer: number;
}

/**
 * The whole picture, and for each layer i of 1 to `layers` its 2^i × 2^i crops, which overlap: `generate_crop_boxes`
 * of segment-anything. Where a picture is too small for that many, those without a pixel are left out.
 * @param overlapRatio how much the crops of the first layer overlap, as a part of the picture's shorter side
 */
export function cropBoxes({ width, height }: Size, layers: number, overlapRatio: number): Crop[] {
  const crops: Crop[] = [{ box: [0, 0, width, height], layer: 0 }];
  for (let layer = 1; layer <= layers; layer++) {
    const cropsPerSide = 2 ** layer;
    const overlap = Math.trunc(overlapRatio * Math.min(width, height) * (2 / cropsPerSide));
    const columns = cropsAlong(width, cropsPerSide, overlap);
    const rows = cropsAlong(height, cropsPerSide, overlap);
    for (const [x0, x1] of columns) for (const [y0, y1] of rows) crops.push({ box: [x0, y0, x1, y1], layer });
  }
  return crops;
}

function cropsAlong(side: number, count: number, overlap: number): [start: number, end: number][] {
  const length = Math.ceil((overlap * (count - 1) + side) / count);
  return Array.from({ length: count }, (_, i): [number, number] => {
    const start = (length - overlap) * i;
    return [start, Math.min(start + length, side)];
  }).filter(([start, end]) => start < end);
}
