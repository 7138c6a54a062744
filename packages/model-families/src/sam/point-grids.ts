import type { Point } from '@darkroom/imaging';

/**
 * A grid of points for each layer of crops, each point relative to the crop's size: `build_all_layer_point_grids` of
 * segment-anything. A layer has a point at least.
 * @param pointsPerSide of the first layer, the whole picture
 * @param layers of crops beside it
 * @param downscaleFactor how many times fewer points a side each further layer has
 */
export function pointGrids(pointsPerSide: number, layers: number, downscaleFactor: number): Point[][] {
  return Array.from({ length: layers + 1 }, (_, layer) =>
    pointGrid(Math.max(Math.floor(pointsPerSide / downscaleFactor ** layer), 1)),
  );
}

/** Points row by row, from 0 to 1 in both directions. */
function pointGrid(pointsPerSide: number): Point[] {
  const offset = 1 / (2 * pointsPerSide);
  const last = pointsPerSide - 1;
  const step = last === 0 ? 0 : (1 - offset - offset) / last;
  const side = Array.from({ length: pointsPerSide }, (_, i) =>
    i === last && last > 0 ? 1 - offset : offset + i * step,
  );
  return side.flatMap((y) => side.map((x): Point => [x, y]));
}
