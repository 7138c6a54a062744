import { expect, it } from 'vitest';
import { type ShortestEdgeRounding, sidesByShortestEdge } from './sides-by-shortest-edge.js';

// What torchvision 0.14 and the formulas of transformers and Detectron2 give in Python.
it.each<[ShortestEdgeRounding, short: number, long: number, [number, number]]>([
  ['torchvision', 720, 1280, [749, 1333]],
  ['transformers', 720, 1280, [750, 1333]],
  ['yolos', 720, 1280, [736, 1328]],
  ['detectron2', 720, 1280, [750, 1333]],
  ['torchvision', 425, 640, [800, 1204]],
  ['transformers', 425, 640, [800, 1204]],
  ['yolos', 425, 640, [800, 1200]],
  ['detectron2', 425, 640, [800, 1205]],
  ['torchvision', 300, 4000, [99, 1333]],
  ['transformers', 300, 4000, [100, 1333]],
  ['yolos', 300, 4000, [96, 1328]],
  ['detectron2', 300, 4000, [100, 1333]],
  ['transformers', 800, 1067, [800, 1067]],
  ['transformers', 302, 1400, [288, 1332]],
])('a picture’s sides are scaled as %s does: %i × %i', (rounding, short, long, sides) => {
  expect(sidesByShortestEdge(short, long, 800, 1333, rounding)).toEqual(sides);
});

it('a very thin picture keeps at least one pixel, and YOLOS’s a patch', () => {
  expect(sidesByShortestEdge(1, 9000, 800, 1333, 'torchvision')).toEqual([1, 1333]);
  expect(sidesByShortestEdge(1, 9000, 800, 1333, 'transformers')[0]).toBe(1);
  expect(sidesByShortestEdge(1, 9000, 800, 1333, 'detectron2')).toEqual([1, 1333]);
  expect(sidesByShortestEdge(1, 9000, 800, 1333, 'yolos')).toEqual([16, 1328]);
});
