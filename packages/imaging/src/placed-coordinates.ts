import type { Box, Placement, Point } from './placement.js';

/**
 * A box on the model's input as a box on the picture, clipped to it. The scale is that of the pixels as they were
 * resized (`resizedWidth / pictureWidth`, and the same for the height), not the unrounded one.
 * @param boxInModelPixels `[x0, y0, x1, y1]` in pixels of the model's input
 * @returns `[x0, y0, x1, y1]` in pixels of the picture; without extent where the box lies in the padding
 */
export function boxToPicture(boxInModelPixels: Box, placement: Placement): Box {
  const [x0, y0] = pointToPicture([boxInModelPixels[0], boxInModelPixels[1]], placement);
  const [x1, y1] = pointToPicture([boxInModelPixels[2], boxInModelPixels[3]], placement);
  const { pictureWidth, pictureHeight } = placement;
  return [
    clamp(x0, pictureWidth),
    clamp(y0, pictureHeight),
    clamp(x1, pictureWidth),
    clamp(y1, pictureHeight),
  ];
}

/**
 * A point on the model's input as a point on the picture. It is not clipped: from the padding it comes out beyond
 * the picture's edge.
 */
export function pointToPicture(pointInModelPixels: Point, placement: Placement): Point {
  const { pictureWidth, pictureHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  return [
    ((pointInModelPixels[0] - offsetX) * pictureWidth) / resizedWidth,
    ((pointInModelPixels[1] - offsetY) * pictureHeight) / resizedHeight,
  ];
}

/** A point on the picture as a point on the model's input, both in pixels. */
export function pointToModel(pointInPicturePixels: Point, placement: Placement): Point {
  const { pictureWidth, pictureHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  return [
    (pointInPicturePixels[0] * resizedWidth) / pictureWidth + offsetX,
    (pointInPicturePixels[1] * resizedHeight) / pictureHeight + offsetY,
  ];
}

/** A rectangle that need not lie on whole cells. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Which part of a network's output grid shows the picture: the whole grid is the whole input, padding included.
 * @param gridWidth cells of the grid from left to right
 * @param gridHeight cells of the grid from top to bottom
 * @returns the picture's rectangle in cells of the grid
 */
export function pictureRegionOnGrid(placement: Placement, gridWidth: number, gridHeight: number): Region {
  const cellsPerPixelX = gridWidth / placement.inputWidth;
  const cellsPerPixelY = gridHeight / placement.inputHeight;
  return {
    x: placement.offsetX * cellsPerPixelX,
    y: placement.offsetY * cellsPerPixelY,
    width: placement.resizedWidth * cellsPerPixelX,
    height: placement.resizedHeight * cellsPerPixelY,
  };
}

function clamp(value: number, maximum: number): number {
  return Math.min(Math.max(value, 0), maximum);
}
