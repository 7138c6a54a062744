import { type Box, boxOfRuns, type MaskRuns, type Point } from '@darkroom/imaging';

/** A mask that a grid's point led to. All coordinates are in pixels of the picture. */
export interface FoundMask {
  readonly mask: MaskRuns;
  /** `[x0, y0, x1, y1]` as segment-anything compares boxes: the last column and row are in it, not behind it. */
  readonly inclusiveBox: Box;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  readonly point: Point;
  readonly cropBox: Box;
}

/** @param emptyBox what the box of a mask without pixels is */
export function inclusiveBoxOf(mask: MaskRuns, emptyBox: Box = [0, 0, 0, 0]): Box {
  const box = boxOfRuns(mask);
  if (box === null) return emptyBox;
  const [x0, y0, x1, y1] = box;
  return [x0, y0, x1 - 1, y1 - 1];
}
