import type { Box } from '../placement.js';

/** A label to be placed: its size, and the outer edges of the line around the box that it names. */
export interface UnplacedLabel {
  readonly around: Box;
  readonly width: number;
  readonly height: number;
}

/** A label is left out when more of it would lie behind others. */
const MOST_HIDDEN = 0.5;

/**
 * Where the labels go, in whole pixels: inside the picture, at their boxes, and free of those placed before as far as
 * there is such a place. The first come first; null for one that hardly would be seen.
 */
export function placeLabels(
  labels: readonly UnplacedLabel[],
  pictureWidth: number,
  pictureHeight: number,
): (Box | null)[] {
  const placed: Box[] = [];
  return labels.map((label) => {
    let best: Box | undefined;
    let leastHidden = Number.POSITIVE_INFINITY;
    for (const [x, y] of possiblePlaces(label)) {
      const place = moveInside(x, y, label, pictureWidth, pictureHeight);
      const hidden = placed.reduce((sum, other) => sum + sharedArea(place, other), 0);
      if (hidden < leastHidden) [best, leastHidden] = [place, hidden];
      if (hidden === 0) break;
    }
    if (best === undefined || leastHidden > MOST_HIDDEN * label.width * label.height) return null;
    placed.push(best);
    return best;
  });
}

/** On the box, in its upper corners, under it, in its lower corners, then away from its corners; nicest first. */
function possiblePlaces({
  around: [x0, y0, x1, y1],
  width,
  height,
}: UnplacedLabel): [x: number, y: number][] {
  const right = x1 - width;
  return [
    [x0, y0 - height],
    [x0, y0],
    [right, y0 - height],
    [right, y0],
    [x0, y1],
    [x0, y1 - height],
    [right, y1],
    [right, y1 - height],
    [x0, y0 - 2 * height],
    [x0, y0 + height],
    [x1, y0],
    [x0 - width, y0],
    [x0, y0 + 2 * height],
    [x0, y0 - 3 * height],
  ];
}

function moveInside(
  x: number,
  y: number,
  { width, height }: UnplacedLabel,
  pictureWidth: number,
  pictureHeight: number,
): Box {
  const left = Math.max(Math.min(x, pictureWidth - width), 0);
  const top = Math.max(Math.min(y, pictureHeight - height), 0);
  return [left, top, left + width, top + height];
}

function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}
