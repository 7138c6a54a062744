import { type Ring, signedArea } from './ring.js';

/** Below this all corners of a ring on pixel edges stay anyway. */
const SMALLEST_TOLERANCE = 0.01;

/**
 * Leaves corners out of a ring as Ramer, Douglas and Peucker do: each that is dropped lies within `tolerance` of the
 * line that replaces it. A ring that would collapse keeps more corners: its box when it is tiny, else as many as it
 * takes.
 */
export function simplifyRing(ring: Ring, tolerance: number): Ring {
  if (tolerance === 0) return ring;
  const area = signedArea(ring);
  for (let allowed = tolerance; allowed >= SMALLEST_TOLERANCE; allowed /= 2) {
    const simplified = dropCorners(ring, allowed);
    if (simplified.length >= 6 && signedArea(simplified) * area > 0) return simplified;
    const box = boxRing(ring, area > 0);
    if (Math.max(box[4]! - box[0]!, box[5]! - box[1]!) <= 2 * allowed) return box;
  }
  return ring;
}

/** The ring around all corners, turning the given way. */
function boxRing(ring: Ring, isPositive: boolean): Ring {
  let [left, top, right, bottom] = [ring[0]!, ring[1]!, ring[0]!, ring[1]!];
  for (let i = 2; i < ring.length; i += 2) {
    left = Math.min(left, ring[i]!);
    right = Math.max(right, ring[i]!);
    top = Math.min(top, ring[i + 1]!);
    bottom = Math.max(bottom, ring[i + 1]!);
  }
  return isPositive
    ? [left, top, right, top, right, bottom, left, bottom]
    : [left, top, left, bottom, right, bottom, right, top];
}

/** The ring is taken as two lines between its first corner and the one farthest from it. */
function dropCorners(ring: Ring, tolerance: number): Ring {
  const count = ring.length / 2;
  const isKept = new Uint8Array(count);
  let farthest = 0;
  let largestSquare = 0;
  for (let i = 1; i < count; i++) {
    const square = (ring[i * 2]! - ring[0]!) ** 2 + (ring[i * 2 + 1]! - ring[1]!) ** 2;
    if (square > largestSquare) [farthest, largestSquare] = [i, square];
  }
  isKept[0] = 1;
  isKept[farthest] = 1;
  keepFarCorners(ring, isKept, 0, farthest, tolerance);
  keepFarCorners(ring, isKept, farthest, count, tolerance);
  return ring.filter((_, i) => isKept[i >> 1] === 1);
}

/** Between two kept corners; `last` may be the number of corners, which stands for the first. */
function keepFarCorners(
  ring: Ring,
  isKept: Uint8Array,
  first: number,
  last: number,
  tolerance: number,
): void {
  // A list in place of recursion, which spirals would drive too deep.
  const spans = [first, last];
  while (spans.length > 0) {
    const end = spans.pop()!;
    const start = spans.pop()!;
    let farthest = -1;
    let largestSquare = tolerance ** 2;
    for (let i = start + 1; i < end; i++) {
      const square = squareDistanceToLine(ring, i, start, end);
      if (square > largestSquare) [farthest, largestSquare] = [i, square];
    }
    if (farthest === -1) continue;
    isKept[farthest] = 1;
    spans.push(start, farthest, farthest, end);
  }
}

/** From corner `i` to the nearest point of the line from one corner to another. */
function squareDistanceToLine(ring: Ring, i: number, start: number, end: number): number {
  const startX = ring[start * 2]!;
  const startY = ring[start * 2 + 1]!;
  const lineX = ring[(end * 2) % ring.length]! - startX;
  const lineY = ring[(end * 2 + 1) % ring.length]! - startY;
  const x = ring[i * 2]! - startX;
  const y = ring[i * 2 + 1]! - startY;
  const along = (x * lineX + y * lineY) / (lineX ** 2 + lineY ** 2);
  const nearest = Math.min(Math.max(along, 0), 1);
  return (x - nearest * lineX) ** 2 + (y - nearest * lineY) ** 2;
}
