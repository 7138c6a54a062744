import { roundHalfToEven } from '@darkroom/imaging';
import { type Static, Type } from 'typebox';
import { boundOf, clippingFields, noThresholding } from './clipping.js';
import { firstStep } from './first-step.js';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import {
  PredictionTypeSchema,
  predictedNoise,
  predictedOriginal,
  requireSignal,
  type WeightedSum,
} from './prediction.js';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { spacedTimesteps, TimestepSpacingSchema } from './timestep-spacing.js';
import { addNoiseInProportion } from './weighted-sums.js';

const DdimConfigSchema = Type.Object({
  ...noiseScheduleFields,
  ...clippingFields,
  ...noThresholding,
  clip_sample: Type.Boolean({ default: true }),
  set_alpha_to_one: Type.Boolean({ default: true }),
  steps_offset: Type.Integer({ minimum: 0, default: 0 }),
  prediction_type: PredictionTypeSchema,
  timestep_spacing: Type.Enum(TimestepSpacingSchema.enum, { default: 'leading' }),
  rescale_betas_zero_snr: Type.Boolean({ default: false }),
});
type DdimConfig = Static<typeof DdimConfigSchema>;

interface DdimStep {
  readonly original: WeightedSum;
  readonly noise: WeightedSum;
  /** Of both, in the next latents. */
  readonly weightOfOriginal: number;
  readonly weightOfNoise: number;
}

/**
 * Denoising diffusion implicit models (Song and others, 2020), formula 12, with nothing random in it (η = 0):
 * `DDIMScheduler` of diffusers.
 */
class DdimScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly #firstAlphaCumprod: number;
  readonly #steps: readonly DdimStep[];
  readonly #bound: number;

  constructor(config: DdimConfig, alphas: Float32Array, run: SchedulerRun) {
    const trainTimesteps = config.num_train_timesteps;
    const spacing = { spacing: config.timestep_spacing, trainTimesteps, offset: config.steps_offset };
    const timesteps = spacedTimesteps({ ...spacing, steps: run.steps }).map(roundHalfToEven);
    const finalAlpha = config.set_alpha_to_one ? 1 : alphas[0]!;
    const stride = Math.floor(trainTimesteps / run.steps);
    this.timesteps = timesteps.slice(firstStep(run));
    this.#firstAlphaCumprod = alphas[this.timesteps[0]!]!;
    this.#steps = this.timesteps.map((timestep) => {
      const next = timestep - stride;
      return ddimStep(config.prediction_type, alphas[timestep]!, next < 0 ? finalAlpha : alphas[next]!);
    });
    this.#bound = boundOf(config);
  }

  scaleModelInput(latents: Float32Array, _stepIndex: number, into: Float32Array): void {
    into.set(latents);
  }

  takesNoise(): boolean {
    return false;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): void {
    const { original, noise, weightOfOriginal, weightOfNoise } = this.#steps[stepIndex]!;
    const bound = this.#bound;
    for (let i = 0; i < latents.length; i++) {
      const x = latents[i]!;
      const output = modelOutput[i]!;
      const seen = x * original.ofLatents + output * original.ofOutput;
      const clipped = Math.min(Math.max(seen, -bound), bound);
      latents[i] =
        clipped * weightOfOriginal + (x * noise.ofLatents + output * noise.ofOutput) * weightOfNoise;
    }
  }

  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void {
    addNoiseInProportion(original, noise, this.#firstAlphaCumprod, into);
  }
}

function ddimStep(
  type: DdimConfig['prediction_type'],
  alphaCumprod: number,
  nextAlphaCumprod: number,
): DdimStep {
  const alpha = Math.sqrt(alphaCumprod);
  const sigma = Math.sqrt(1 - alphaCumprod);
  return {
    original: predictedOriginal(type, alpha, sigma),
    noise: predictedNoise(type, alpha, sigma),
    weightOfOriginal: Math.sqrt(nextAlphaCumprod),
    weightOfNoise: Math.sqrt(1 - nextAlphaCumprod),
  };
}

export const ddim = schedulerKind({
  schema: DdimConfigSchema,
  alphasOf: (config) => {
    requireSignal(config);
    return alphasCumprod(config, { isRescaled: config.rescale_betas_zero_snr });
  },
  start: (config, alphas, run) => new DdimScheduler(config, alphas, run),
});
