import { DarkroomError } from '@darkroom/contracts';
import type { SchedulerRun } from './scheduler.js';

/**
 * How many steps image to image leaves out at the beginning: `get_timesteps` of diffusers.
 * @throws DarkroomError `option_not_supported` when none is left
 */
export function firstStep({ steps, strength = 1 }: SchedulerRun): number {
  const left = Math.min(Math.trunc(steps * strength), steps);
  if (left >= 1) return steps - left;
  throw new DarkroomError(
    'option_not_supported',
    `Expected a strength that leaves one of ${steps} steps at least, got ${strength}. Use ${1 / steps} or more, or more steps.`,
  );
}
