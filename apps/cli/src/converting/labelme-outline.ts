import type { LabelmeShape } from './labelme-file.js';

/** `x, y, x, y…` in pixels, without a closing point. */
export type Outline = readonly number[];

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A circle is drawn with so many corners at least, and with more where they would be seen. */
const FEWEST_CORNERS = 12;
const MOST_CORNERS = 1000;
const SMALLEST_POLYGON = 3;

type Point = readonly number[];

/** By `shape_type`; labelme's other types enclose nothing. */
const OUTLINES: Readonly<Record<string, (points: readonly Point[]) => Point[] | null>> = {
  polygon: (points) => (points.length < SMALLEST_POLYGON ? null : [...points]),
  rectangle([from, to]) {
    if (!from || !to) return null;
    const [x0, y0, x1, y1] = [from[0]!, from[1]!, to[0]!, to[1]!];
    return [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ];
  },
  /** The middle, and a point of its edge: as labelme's own `labelme2coco.py` draws it. */
  circle([middle, edge]) {
    if (!middle || !edge) return null;
    const radius = Math.hypot(edge[0]! - middle[0]!, edge[1]! - middle[1]!);
    if (!(radius > 0)) return null;
    const seen = Math.trunc(Math.PI / Math.acos(Math.max(1 - 1 / radius, -1)));
    const corners = Math.min(Math.max(seen, FEWEST_CORNERS), MOST_CORNERS);
    return Array.from({ length: corners }, (_, i) => {
      const angle = (2 * Math.PI * i) / corners;
      return [middle[0]! + radius * Math.sin(angle), middle[1]! + radius * Math.cos(angle)];
    });
  },
};

export const OUTLINED_TYPES = Object.keys(OUTLINES);

/** The outline of what a shape encloses within the picture; `null` where that is nothing. */
export function outlineOf(shape: LabelmeShape, { width, height }: PictureSize): Outline | null {
  const points = OUTLINES[shape.shape_type ?? 'polygon']?.(shape.points);
  if (!points) return null;
  const edges: readonly Edge[] = [
    { axis: 0, at: 0, inwards: 1 },
    { axis: 0, at: width, inwards: -1 },
    { axis: 1, at: 0, inwards: 1 },
    { axis: 1, at: height, inwards: -1 },
  ];
  const outline = edges.reduce<readonly Point[]>(cutOff, points).flat();
  return areaOf(outline) > 0 ? outline : null;
}

/** Of the picture: a line across one axis, and the way from there into the picture. */
interface Edge {
  readonly axis: 0 | 1;
  readonly at: number;
  readonly inwards: 1 | -1;
}

/**
 * What lies on the inner side of an edge (Sutherland and Hodgman, 1974). Of a polygon that leaves the picture and comes
 * back, the parts are joined along the edge, where they enclose nothing.
 */
function cutOff(points: readonly Point[], { axis, at, inwards }: Edge): Point[] {
  const depth = (point: Point) => (point[axis]! - at) * inwards;
  return points.flatMap((to, i) => {
    const from = points.at(i - 1)!;
    const [depthFrom, depthTo] = [depth(from), depth(to)];
    const kept = depthTo >= 0 ? [to] : [];
    // Both on one side, or one of them on the edge itself.
    if (depthFrom * depthTo >= 0) return kept;
    const share = depthFrom / (depthFrom - depthTo);
    const crossing = from.map((position, k) => position + share * (to[k]! - position));
    // Exactly on the edge, whatever the division has made of it.
    crossing[axis] = at;
    return [crossing, ...kept];
  });
}

/** In square pixels: the shoelace formula. */
export function areaOf(outline: Outline): number {
  let twice = 0;
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    twice += outline[i]! * outline[next + 1]! - outline[next]! * outline[i + 1]!;
  }
  return Math.abs(twice) / 2;
}

/** The box around outlines: `[x, y, width, height]`. */
export function boxAround(outlines: readonly Outline[]): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const outline of outlines) {
    for (let i = 0; i < outline.length; i += 2) {
      left = Math.min(left, outline[i]!);
      right = Math.max(right, outline[i]!);
      top = Math.min(top, outline[i + 1]!);
      bottom = Math.max(bottom, outline[i + 1]!);
    }
  }
  return [left, top, right - left, bottom - top];
}
