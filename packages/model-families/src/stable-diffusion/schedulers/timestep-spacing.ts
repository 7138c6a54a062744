import { DarkroomError } from '@darkroom/contracts';
import { roundHalfToEven } from '@darkroom/imaging';
import { type Static, Type } from 'typebox';

export const TimestepSpacingSchema = Type.Enum(['linspace', 'leading', 'trailing']);
export type TimestepSpacing = Static<typeof TimestepSpacingSchema>;

export interface Spacing {
  readonly spacing: TimestepSpacing;
  readonly trainTimesteps: number;
  readonly steps: number;
  /** Added to all of them; only `leading` knows it. */
  readonly offset: number;
  /** How many of the timesteps of training are used, from the one with the least noise. Default all. */
  readonly usedTimesteps?: number;
  /** How many timesteps to space where they are not `trailing`. Default as many as steps. */
  readonly points?: number;
}

/**
 * Which of the timesteps of training are used, the one with most noise first. Table 2 of "Common Diffusion Noise Schedules
 * and Sample Steps are Flawed" (Lin and others, 2023), with NumPy's rounding. Those of `linspace` are not whole numbers.
 * @throws DarkroomError `option_not_supported` when the offset leads beyond them
 */
export function spacedTimesteps(spacing: Spacing): number[] {
  const timesteps = spaced(spacing);
  if (timesteps[0]! < spacing.trainTimesteps) return timesteps;
  throw new DarkroomError(
    'option_not_supported',
    `Expected fewer steps, got ${spacing.steps}: with steps_offset ${spacing.offset} they begin at timestep ` +
      `${timesteps[0]}, and the last of training is ${spacing.trainTimesteps - 1}.`,
  );
}

function spaced({ spacing, trainTimesteps, steps, offset, ...rest }: Spacing): number[] {
  const { usedTimesteps = trainTimesteps, points = steps } = rest;
  switch (spacing) {
    case 'linspace':
      return linspace(0, usedTimesteps - 1, points).reverse();
    case 'leading': {
      const ratio = Math.floor(usedTimesteps / points);
      return Array.from({ length: points }, (_, i) => (points - 1 - i) * ratio + offset);
    }
    default: {
      // As NumPy counts on: what is added each time is rounded once.
      const difference = usedTimesteps - trainTimesteps / steps - usedTimesteps;
      const length = Math.min(Math.ceil(usedTimesteps / (trainTimesteps / steps)), steps);
      return Array.from({ length }, (_, i) => roundHalfToEven(usedTimesteps + i * difference) - 1);
    }
  }
}

/** `numpy.linspace`: both ends are among the numbers. */
export function linspace(start: number, end: number, count: number): number[] {
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? end : i * step + start));
}
