/** Corners of a closed line, x and y in turn; the first is not repeated at the end. */
export type Ring = readonly number[];

/** The area within a ring, by the shoelace formula: positive when it turns from the x axis towards the y axis. */
export function signedArea(ring: Ring): number {
  let twice = 0;
  for (let i = 0, before = ring.length - 2; i < ring.length; before = i, i += 2) {
    twice += ring[before]! * ring[i + 1]! - ring[i]! * ring[before + 1]!;
  }
  return twice / 2;
}
