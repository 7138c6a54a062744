import { DarkroomError } from '@darkroom/contracts';
import { type Static, Type } from 'typebox';
import { boundOf, clippingFields, noThresholding } from './clipping.js';
import { firstStep } from './first-step.js';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import { PredictionTypeSchema, predictedOriginal, requireSignal, type WeightedSum } from './prediction.js';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { addNoiseInProportion, addWeighted } from './weighted-sums.js';

const LcmConfigSchema = Type.Object({
  ...noiseScheduleFields,
  ...clippingFields,
  ...noThresholding,
  beta_start: Type.Number({ minimum: 0, maximum: 1, default: 0.00085 }),
  beta_end: Type.Number({ minimum: 0, maximum: 1, default: 0.012 }),
  beta_schedule: Type.Enum(noiseScheduleFields.beta_schedule.enum, { default: 'scaled_linear' }),
  original_inference_steps: Type.Integer({ minimum: 1, default: 50 }),
  prediction_type: PredictionTypeSchema,
  timestep_scaling: Type.Number({ exclusiveMinimum: 0, default: 10 }),
  rescale_betas_zero_snr: Type.Boolean({ default: false }),
});
type LcmConfig = Static<typeof LcmConfigSchema>;

/** The standard deviation of data that the boundary condition is made for. */
const SIGMA_DATA = 0.5;

interface LcmStep {
  readonly original: WeightedSum;
  /** Of the latents and of the picture seen in them, in what counts as denoised. */
  readonly ofLatents: number;
  readonly ofOriginal: number;
  /** Of that and of new noise, in the next latents. */
  readonly ofDenoised: number;
  readonly ofNoise: number;
}

/**
 * Multistep sampling of latent consistency models (Luo and others, 2023, algorithm 3): each step goes all the way to a
 * picture, and takes noise again for the next. `LCMScheduler` of diffusers.
 */
class LcmScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly #firstAlphaCumprod: number;
  readonly #steps: readonly LcmStep[];
  readonly #bound: number;

  constructor(config: LcmConfig, alphas: Float32Array, run: SchedulerRun) {
    const all = lcmTimesteps(config, run);
    this.timesteps = run.keepsSteps ? all : all.slice(firstStep(run));
    this.#firstAlphaCumprod = alphas[this.timesteps[0]!]!;
    this.#steps = this.timesteps.map((timestep, i) => {
      const next = this.timesteps[i + 1];
      return lcmStep(config, timestep, alphas[timestep]!, next === undefined ? null : alphas[next]!);
    });
    this.#bound = boundOf(config);
  }

  scaleModelInput(latents: Float32Array, _stepIndex: number, into: Float32Array): void {
    into.set(latents);
  }

  takesNoise(stepIndex: number): boolean {
    return stepIndex < this.timesteps.length - 1;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array, noise?: Float32Array): void {
    const { original, ofLatents, ofOriginal, ofDenoised, ofNoise } = this.#steps[stepIndex]!;
    const bound = this.#bound;
    for (let i = 0; i < latents.length; i++) {
      const x = latents[i]!;
      const seen = x * original.ofLatents + modelOutput[i]! * original.ofOutput;
      const clipped = Math.min(Math.max(seen, -bound), bound);
      latents[i] = (clipped * ofOriginal + x * ofLatents) * ofDenoised;
    }
    if (noise) addWeighted(latents, 1, noise, ofNoise, latents);
  }

  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void {
    addNoiseInProportion(original, noise, this.#firstAlphaCumprod, into);
  }
}

/** @param nextAlphaCumprod `null` after the last step */
function lcmStep(
  config: LcmConfig,
  timestep: number,
  alphaCumprod: number,
  nextAlphaCumprod: number | null,
): LcmStep {
  const scaled = timestep * config.timestep_scaling;
  const variance = scaled ** 2 + SIGMA_DATA ** 2;
  const next = nextAlphaCumprod ?? 1;
  return {
    original: predictedOriginal(config.prediction_type, Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod)),
    ofLatents: SIGMA_DATA ** 2 / variance,
    ofOriginal: scaled / Math.sqrt(variance),
    ofDenoised: Math.sqrt(next),
    ofNoise: Math.sqrt(1 - next),
  };
}

/**
 * Some of the timesteps that the model was distilled with, evenly chosen.
 * @throws DarkroomError `option_not_supported` when there are fewer than steps
 */
function lcmTimesteps(
  config: LcmConfig,
  { steps, strength = 1, keepsSteps = false }: SchedulerRun,
): number[] {
  const distilled = config.original_inference_steps;
  const stride = Math.floor(config.num_train_timesteps / distilled);
  const count = Math.trunc(distilled * (keepsSteps ? strength : 1));
  if (steps > count) {
    const reason = count < distilled ? `, of which strength ${strength} leaves ${count}` : '';
    throw new DarkroomError(
      'option_not_supported',
      `Expected at most ${count} steps, got ${steps}: the model was distilled with ${distilled}${reason}.`,
    );
  }
  const spacing = count / steps;
  return Array.from({ length: steps }, (_, i) => (count - Math.floor(i * spacing)) * stride - 1);
}

export const lcm = schedulerKind({
  schema: LcmConfigSchema,
  alphasOf: (config) => {
    requireSignal(config);
    return alphasCumprod(config, { isRescaled: config.rescale_betas_zero_snr });
  },
  start: (config, alphas, run) => new LcmScheduler(config, alphas, run),
  mostSteps: (config) => Math.min(config.original_inference_steps, config.num_train_timesteps),
});
