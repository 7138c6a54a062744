import { type Static, Type } from 'typebox';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import { NoisePredictionTypeSchema } from './prediction.js';
import type { SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { type SigmaSchedule, SigmaScheduler } from './sigma-scheduler.js';
import { trainingSigmas, valueAt } from './sigmas.js';
import { spacedTimesteps, TimestepSpacingSchema } from './timestep-spacing.js';

const EulerAncestralConfigSchema = Type.Object({
  ...noiseScheduleFields,
  prediction_type: NoisePredictionTypeSchema,
  timestep_spacing: Type.Enum(TimestepSpacingSchema.enum, { default: 'linspace' }),
  steps_offset: Type.Integer({ minimum: 0, default: 0 }),
  rescale_betas_zero_snr: Type.Boolean({ default: false }),
});
type EulerAncestralConfig = Static<typeof EulerAncestralConfigSchema>;

/**
 * Euler's method to less noise than the next step has, and new noise for the rest: `sample_euler_ancestral` of
 * k-diffusion, `EulerAncestralDiscreteScheduler` of diffusers.
 */
class EulerAncestralScheduler extends SigmaScheduler {
  constructor(config: EulerAncestralConfig, training: Float32Array, run: SchedulerRun) {
    super(ancestralSchedule(config, training, run.steps), config.prediction_type, run);
  }

  /** Even after the last step, whose noise is multiplied by 0: so a generator is where it is with diffusers. */
  takesNoise(): boolean {
    return true;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array, noise: Float32Array): void {
    const { down, up } = partsOf(this.sigmas[stepIndex]!, this.sigmas[stepIndex + 1]!);
    this.stepTo(down, modelOutput, stepIndex, latents);
    for (let i = 0; i < latents.length; i++) latents[i] = latents[i]! + Math.fround(noise[i]! * up);
  }
}

/** What of the next step's standard deviation is left of the noise there is, and what is new. */
function partsOf(sigma: number, nextSigma: number): { down: number; up: number } {
  const { fround } = Math;
  const [from, to] = [fround(sigma * sigma), fround(nextSigma * nextSigma)];
  const up = fround(Math.sqrt(fround(fround(to * fround(from - to)) / from)));
  return { down: fround(Math.sqrt(fround(to - fround(up * up)))), up };
}

function ancestralSchedule(
  config: EulerAncestralConfig,
  training: Float32Array,
  steps: number,
): SigmaSchedule {
  const spacing = config.timestep_spacing;
  const { num_train_timesteps: trainTimesteps, steps_offset: offset } = config;
  const timesteps = spacedTimesteps({ spacing, trainTimesteps, steps, offset }).map(Math.fround);
  const sigmas = timesteps.map((timestep) => valueAt(training, timestep));
  return { timesteps, sigmas: Float32Array.of(...sigmas, 0), spacing };
}

export const eulerAncestral = schedulerKind({
  schema: EulerAncestralConfigSchema,
  alphasOf: (config) => alphasCumprod(config, { isRescaled: config.rescale_betas_zero_snr, isNearly: true }),
  start: (config, alphas, run) => new EulerAncestralScheduler(config, trainingSigmas(alphas), run),
});
