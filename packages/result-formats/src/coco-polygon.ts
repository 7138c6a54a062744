type Point = readonly [number, number];
type Ring = readonly Point[];

/**
 * A GeoJSON polygon as COCO has it: one list of `x, y, x, y…` without the closing point. COCO knows no holes, so each
 * is joined to the outer ring by a cut of no width, there and back.
 * @param polygon closed rings, the outer one first
 */
export function cocoPolygon(polygon: readonly (readonly (readonly number[])[])[]): number[] {
  const [outer = [], ...holes] = polygon.map((ring) => open(ring as unknown as Ring));
  return holes.reduce<Ring>(cutTo, outer).flat();
}

function open(ring: Ring): Ring {
  const [first, last] = [ring[0], ring.at(-1)];
  const isClosed = first && last && ring.length > 1 && first[0] === last[0] && first[1] === last[1];
  return isClosed ? ring.slice(0, -1) : ring;
}

/** The outer ring, then at its point nearest to the hole: to the hole, around it, and back. */
function cutTo(outer: Ring, hole: Ring): Ring {
  let [fromOuter, fromHole, nearest] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [i, [x, y]] of outer.entries()) {
    for (const [j, [holeX, holeY]] of hole.entries()) {
      const squared = (x - holeX) ** 2 + (y - holeY) ** 2;
      if (squared < nearest) [fromOuter, fromHole, nearest] = [i, j, squared];
    }
  }
  const around = [...hole.slice(fromHole), ...hole.slice(0, fromHole), hole[fromHole]!];
  return [...outer.slice(0, fromOuter + 1), ...around, ...outer.slice(fromOuter)];
}
