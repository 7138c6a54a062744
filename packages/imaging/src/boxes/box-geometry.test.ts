import { describe, expect, it } from 'vitest';
import { boxArea, clipBox, intersectionOverUnion } from './box-geometry.js';

describe('a box', () => {
  it('is clipped to the picture', () => {
    expect(clipBox([-3, 2.5, 40, 19.5], 30, 20)).toEqual([0, 2.5, 30, 19.5]);
    expect(clipBox([50, -9, 60, -4], 30, 20)).toEqual([30, 0, 30, 0]);
  });

  it('has no area when it is flat or inside out', () => {
    expect(boxArea([1, 2, 4, 6])).toBe(12);
    expect(boxArea([1, 2, 1, 6])).toBe(0);
    expect(boxArea([4, 6, 1, 2])).toBe(0);
  });
});

describe('intersection over union', () => {
  it.each([
    ['the same box', [0, 0, 4, 4], 1],
    ['half of it', [0, 0, 4, 2], 0.5],
    ['one that overlaps', [2, 0, 6, 4], 1 / 3],
    ['one that touches', [4, 0, 8, 4], 0],
    ['one far away', [40, 40, 44, 44], 0],
    ['one without area', [1, 1, 1, 3], 0],
  ] as const)('with %s', (_, box, expected) => {
    expect(intersectionOverUnion([0, 0, 4, 4], box)).toBeCloseTo(expected, 12);
    expect(intersectionOverUnion(box, [0, 0, 4, 4])).toBeCloseTo(expected, 12);
  });

  it('is 0 for two points, not 0 divided by 0', () => {
    expect(intersectionOverUnion([3, 3, 3, 3], [3, 3, 3, 3])).toBe(0);
  });
});
