import { describe, expect, it } from 'vitest';
import { intersectionOverUnion } from '../boxes/box-geometry.js';
import { noise } from '../testing/noise.js';
import { placeLabels } from './place-labels.js';

const label = (x0: number, y0: number, x1: number, y1: number) =>
  ({ around: [x0, y0, x1, y1], width: 60, height: 20 }) as const;

describe('labels', () => {
  it('stand on their boxes', () => {
    expect(placeLabels([label(100, 80, 200, 150)], 400, 300)).toEqual([[100, 60, 160, 80]]);
  });

  it('go inside where there is no room above, and to the left where there is none on the right', () => {
    expect(placeLabels([label(100, 5, 200, 150)], 400, 300)).toEqual([[100, 0, 160, 20]]);
    expect(placeLabels([label(380, 80, 400, 150)], 400, 300)).toEqual([[340, 60, 400, 80]]);
  });

  it('of the same box do not hide each other', () => {
    const places = placeLabels(new Array(9).fill(label(100, 80, 260, 190)), 400, 300);
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) expect(intersectionOverUnion(a!, b!)).toBe(0);
    }
  });

  it('are always inside the picture', () => {
    const edges = noise(800, 9);
    const labels = Array.from({ length: 200 }, (_, i) => {
      const [x = 0, y = 0, width = 0, height = 0] = edges.subarray(i * 4, i * 4 + 4);
      return label(x, y, Math.min(x + width, 256), Math.min(y + height, 256));
    });
    for (const place of placeLabels(labels, 256, 256)) {
      if (place === null) continue;
      expect(Math.min(...place)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...place)).toBeLessThanOrEqual(256);
    }
  });

  it('that nobody could read are left out, the last ones first', () => {
    const places = placeLabels(new Array(40).fill(label(100, 80, 200, 150)), 400, 300);
    const firstLeftOut = places.indexOf(null);
    expect(firstLeftOut).toBeGreaterThan(5);
    expect(new Set(places.slice(firstLeftOut))).toEqual(new Set([null]));
  });
});
