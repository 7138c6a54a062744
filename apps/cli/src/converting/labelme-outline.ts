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
  const outline = points.flatMap((point) => [within(point[0]!, width), within(point[1]!, height)]);
  return areaOf(outline) > 0 ? outline : null;
}

function within(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size);
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
