import type { Box } from '../placement.js';

/** The part of a box that lies in a picture of this size; a box outside of it becomes one without area at its edge. */
export function clipBox([x0, y0, x1, y1]: Box, width: number, height: number): Box {
  return [clamp(x0, width), clamp(y0, height), clamp(x1, width), clamp(y1, height)];
}

/** Width times height in pixels; 0 for a box that is inside out. */
export function boxArea([x0, y0, x1, y1]: Box): number {
  return Math.max(x1 - x0, 0) * Math.max(y1 - y0, 0);
}

/** What two boxes share, divided by what they cover together: 0 to 1. 0 when neither has an area. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = boxArea([
    Math.max(a[0], b[0]),
    Math.max(a[1], b[1]),
    Math.min(a[2], b[2]),
    Math.min(a[3], b[3]),
  ]);
  return shared === 0 ? 0 : shared / (boxArea(a) + boxArea(b) - shared);
}

function clamp(edge: number, end: number): number {
  return Math.min(Math.max(edge, 0), end);
}
