import { AUTOMATIC_POINTS_MAX, type AutomaticOptions, DarkroomError } from '@darkroom/contracts';
import { pointerTo } from './check-fields.js';

/**
 * Layer n of crops has 4 to the power of n, each with a grid of its own.
 * @throws DarkroomError `invalid_field` when there are more points than anybody should wait for
 */
export function checkAutomaticPoints({
  points_per_side: pointsPerSide,
  crop_n_layers: layers,
  crop_n_points_downscale_factor: downscaleFactor,
}: AutomaticOptions): void {
  let points = 0;
  for (let layer = 0; layer <= layers; layer++) {
    points += 4 ** layer * Math.max(1, Math.floor(pointsPerSide / downscaleFactor ** layer)) ** 2;
  }
  if (points <= AUTOMATIC_POINTS_MAX) return;
  const detail = `A picture may be asked at ${AUTOMATIC_POINTS_MAX} points in all its crops, "automatic" asks for ${points}. Lower points_per_side or crop_n_layers, or raise crop_n_points_downscale_factor.`;
  throw new DarkroomError('invalid_field', detail, {
    fields: [{ pointer: pointerTo('automatic', 'points_per_side'), detail }],
  });
}
