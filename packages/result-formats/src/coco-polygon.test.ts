import { describe, expect, it } from 'vitest';
import { cocoPolygon } from './coco-polygon.js';

/** Twice the area inside of a flat list of points, holes counted off: the shoelace formula. */
function area(points: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i]! * points[next + 1]! - points[next]! * points[i + 1]!;
  }
  return Math.abs(sum) / 2;
}

describe('a polygon of COCO', () => {
  it('has no closing point', () => {
    const ring = [
      [0, 0],
      [4, 0],
      [4, 3],
      [0, 0],
    ];
    expect(cocoPolygon([ring])).toEqual([0, 0, 4, 0, 4, 3]);
  });

  it('goes around each hole by a cut of no width, so that the area is what is left', () => {
    const outer = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ];
    const first = [
      [2, 2],
      [2, 4],
      [4, 4],
      [4, 2],
      [2, 2],
    ];
    const second = [
      [6, 6],
      [6, 9],
      [9, 9],
      [9, 6],
      [6, 6],
    ];
    const points = cocoPolygon([outer, first, second]);
    expect(area(points)).toBe(100 - 4 - 9);
    // Four corners each, and for each hole the way there and back.
    expect(points.length / 2).toBe(4 + 2 * (4 + 2));
  });
});
