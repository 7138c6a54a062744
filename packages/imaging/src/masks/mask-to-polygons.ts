import type { RegionMask } from './region-mask.js';
import { type Ring, signedArea } from './ring.js';
import { simplifyRing } from './simplify-ring.js';
import { type TracedBorder, traceBorders } from './trace-borders.js';

/** A GeoJSON MultiPolygon's coordinates: polygons of rings of [x, y]. */
export type PolygonCoordinates = number[][][][];

/**
 * A mask as the coordinates of a GeoJSON MultiPolygon, in pixels of the picture. Corners lie on the edges of pixels:
 * the pixel (3, 4) alone is the ring 3,4 – 4,4 – 4,5 – 3,5 – 3,4.
 *
 * Pixels that share an edge make one polygon; those that touch with a corner only make two. A polygon is its outer
 * ring, then its holes; an island in a hole is a polygon of its own. No ring passes a point twice. As RFC 7946 has
 * it, the signed area of outer rings is positive and that of holes negative; seen on a screen, where y points down,
 * outer rings run clockwise.
 *
 * @param tolerance how many pixels a dropped corner may lie from the line that replaces it. 0 keeps every corner, and
 *   the polygons cover exactly the mask. Above 0 rings may touch or cross each other slightly.
 * @throws RangeError when the tolerance is negative or not finite
 */
export function maskToPolygons(mask: RegionMask, tolerance: number): PolygonCoordinates {
  if (!(tolerance >= 0 && Number.isFinite(tolerance))) {
    throw new RangeError(`expected a tolerance of 0 pixels or more, got ${tolerance}`);
  }
  const traced = traceBorders(mask);
  const polygons: Ring[][] = [];
  /** By border: the polygon whose border it is. */
  const polygonOf: number[] = traced.borders.map((border) => {
    const outer = border.rings.find((ring) => signedArea(ring) > 0);
    return outer === undefined ? -1 : polygons.push([outer]) - 1;
  });
  traced.borders.forEach((border, index) => {
    const polygon = polygons[findPolygon(index, polygonOf, traced.borders)]!;
    polygon.push(...border.rings.filter((ring) => ring !== polygon[0]));
  });
  return polygons.map((rings) =>
    rings.map((ring) => coordinatesOf(simplifyRing(ring, tolerance), mask.x, mask.y)),
  );
}

/** Goes from a border around a hole to those left of it until one has an outer ring. */
function findPolygon(start: number, polygonOf: number[], borders: readonly TracedBorder[]): number {
  let border = start;
  while (polygonOf[border] === -1) border = borders[border]!.leftNeighbour();
  polygonOf[start] = polygonOf[border]!;
  return polygonOf[start];
}

function coordinatesOf(ring: Ring, left: number, top: number): number[][] {
  const coordinates: number[][] = [];
  for (let i = 0; i < ring.length; i += 2) coordinates.push([ring[i]! + left, ring[i + 1]! + top]);
  coordinates.push([...coordinates[0]!]);
  return coordinates;
}
