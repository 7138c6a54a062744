import { type Static, Type } from 'typebox';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import { PredictionTypeSchema } from './prediction.js';
import type { SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { type SigmaSchedule, SigmaScheduler } from './sigma-scheduler.js';
import { karrasSigmas, timestepOfSigma, trainingSigmas, valueAt } from './sigmas.js';
import { spacedTimesteps, TimestepSpacingSchema } from './timestep-spacing.js';

const EulerConfigSchema = Type.Object({
  ...noiseScheduleFields,
  prediction_type: PredictionTypeSchema,
  timestep_spacing: Type.Enum(TimestepSpacingSchema.enum, { default: 'linspace' }),
  timestep_type: Type.Literal('discrete', { default: 'discrete' }),
  steps_offset: Type.Integer({ minimum: 0, default: 0 }),
  interpolation_type: Type.Literal('linear', { default: 'linear' }),
  use_karras_sigmas: Type.Boolean({ default: false }),
  use_exponential_sigmas: Type.Literal(false, { default: false }),
  use_beta_sigmas: Type.Literal(false, { default: false }),
  sigma_min: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  sigma_max: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  final_sigmas_type: Type.Enum(['zero', 'sigma_min'], { default: 'zero' }),
  rescale_betas_zero_snr: Type.Boolean({ default: false }),
});
type EulerConfig = Static<typeof EulerConfigSchema>;

/**
 * Euler's method on the differential equation of the noise (algorithm 2 of Karras and others, 2022, without its
 * "churn"): `EulerDiscreteScheduler` of diffusers.
 */
class EulerScheduler extends SigmaScheduler {
  constructor(config: EulerConfig, training: Float32Array, run: SchedulerRun) {
    super(eulerSchedule(config, training, run.steps), config.prediction_type, run);
  }

  takesNoise(): boolean {
    return false;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): void {
    this.stepTo(this.sigmas[stepIndex + 1]!, modelOutput, stepIndex, latents);
  }
}

function eulerSchedule(config: EulerConfig, training: Float32Array, steps: number): SigmaSchedule {
  const spacing = config.timestep_spacing;
  const { num_train_timesteps: trainTimesteps, steps_offset: offset } = config;
  let timesteps = spacedTimesteps({ spacing, trainTimesteps, steps, offset }).map(Math.fround);
  let sigmas = timesteps.map((timestep) => valueAt(training, timestep));
  if (config.use_karras_sigmas) {
    const logSigmas = training.map(Math.log);
    sigmas = karrasSigmas(config.sigma_max ?? sigmas[0]!, config.sigma_min ?? sigmas[steps - 1]!, steps);
    timesteps = sigmas.map((sigma) => Math.fround(timestepOfSigma(sigma, logSigmas)));
  }
  const last = config.final_sigmas_type === 'zero' ? 0 : training[0]!;
  return { timesteps, sigmas: Float32Array.of(...sigmas, last), spacing };
}

export const euler = schedulerKind({
  schema: EulerConfigSchema,
  alphasOf: (config) => alphasCumprod(config, { isRescaled: config.rescale_betas_zero_snr, isNearly: true }),
  start: (config, alphas, run) => new EulerScheduler(config, trainingSigmas(alphas), run),
});
