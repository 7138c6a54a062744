import { describe, expect, it } from 'vitest';
import { samCases } from '../testing/sam-golden.js';
import { cropBoxes } from './crop-boxes.js';
import { pointGrids } from './point-grids.js';

describe('crops', () => {
  it.each(samCases.crop_boxes)(
    'of $width × $height in $layers layers are those of segment-anything',
    (golden) => {
      const crops = cropBoxes(golden, golden.layers, golden.overlap);
      expect(crops.map(({ box }) => box)).toEqual(golden.boxes);
      expect(crops.map(({ layer }) => layer)).toEqual(golden.layer_of);
    },
  );

  it('of a picture with fewer pixels than crops all have some', () => {
    const crops = cropBoxes({ width: 1, height: 3 }, 2, 0.3);
    expect(crops.length).toBeGreaterThan(1);
    for (const { box } of crops) {
      const [x0, y0, x1, y1] = box;
      expect(x1 - x0).toBe(1);
      expect(y1 - y0).toBeGreaterThan(0);
      expect(y1).toBeLessThanOrEqual(3);
    }
  });
});

describe('grids of points', () => {
  it.each(samCases.point_grids)(
    'of $side a side in $layers layers are those of segment-anything',
    (golden) => {
      const grids = pointGrids(golden.side, golden.layers, golden.scale);
      expect(grids.map((grid) => grid.length)).toEqual(golden.grids.map((grid) => grid.length));
      for (const [layer, grid] of grids.entries()) {
        for (const [i, [x, y]] of grid.entries()) {
          expect(x).toBeCloseTo(golden.grids[layer]![i]![0], 14);
          expect(y).toBeCloseTo(golden.grids[layer]![i]![1], 14);
        }
      }
    },
  );

  it('have a point at least', () => {
    expect(pointGrids(2, 2, 4)).toMatchObject([{ length: 4 }, [[0.5, 0.5]], [[0.5, 0.5]]]);
  });
});
