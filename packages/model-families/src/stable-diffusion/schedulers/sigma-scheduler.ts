import { firstStep } from './first-step.js';
import type { PredictionType } from './prediction.js';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import type { TimestepSpacing } from './timestep-spacing.js';
import { addWeighted } from './weighted-sums.js';

/** All steps of a schedule, those that image to image leaves out too. */
export interface SigmaSchedule {
  readonly timesteps: readonly number[];
  /** The noise's standard deviation at each step, and after the last. */
  readonly sigmas: Float32Array;
  readonly spacing: TimestepSpacing;
}

/**
 * A scheduler whose latents are a picture of full size with noise added to it, and not one of variance 1: that of
 * Karras and others (2022), after k-diffusion. The network was trained on the latter, so its input is scaled.
 */
export abstract class SigmaScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma: number;
  protected readonly sigmas: Float32Array;
  readonly #predictionType: PredictionType;

  constructor(schedule: SigmaSchedule, predictionType: PredictionType, run: SchedulerRun) {
    const first = firstStep(run);
    const largest = schedule.sigmas.reduce((most, sigma) => Math.max(most, sigma));
    this.timesteps = schedule.timesteps.slice(first);
    this.sigmas = schedule.sigmas.slice(first);
    this.initNoiseSigma = schedule.spacing === 'leading' ? Math.sqrt(largest ** 2 + 1) : largest;
    this.#predictionType = predictionType;
  }

  abstract takesNoise(stepIndex: number): boolean;
  abstract step(
    modelOutput: Float32Array,
    stepIndex: number,
    latents: Float32Array,
    noise?: Float32Array,
  ): void;

  scaleModelInput(latents: Float32Array, stepIndex: number, into: Float32Array): void {
    const size = Math.fround(Math.sqrt(varianceOf(this.sigmas[stepIndex]!)));
    for (let i = 0; i < into.length; i++) into[i] = latents[i]! / size;
  }

  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void {
    addWeighted(original, 1, noise, this.sigmas[0]!, into);
  }

  /**
   * One of Euler's steps. Rounded as often as PyTorch does it: from the largest standard deviations, of which v-prediction
   * has thousands, what is rounded away is seen in the latents that follow.
   */
  protected stepTo(
    nextSigma: number,
    modelOutput: Float32Array,
    stepIndex: number,
    latents: Float32Array,
  ): void {
    const { fround } = Math;
    const sigma = this.sigmas[stepIndex]!;
    const change = fround(nextSigma - sigma);
    const { latentsDivisor, ofOutput } = originalIn(this.#predictionType, sigma);
    for (let i = 0; i < latents.length; i++) {
      const x = latents[i]!;
      const seen = fround(fround(x / latentsDivisor) + fround(modelOutput[i]! * ofOutput));
      const slope = fround(fround(x - seen) / sigma);
      latents[i] = x + fround(slope * change);
    }
  }
}

/** Of a picture with noise added. */
function varianceOf(sigma: number): number {
  return Math.fround(Math.fround(sigma * sigma) + 1);
}

interface OriginalIn {
  readonly latentsDivisor: number;
  readonly ofOutput: number;
}

/** The picture that the network sees in one with noise added. */
function originalIn(type: PredictionType, sigma: number): OriginalIn {
  switch (type) {
    case 'epsilon':
      return { latentsDivisor: 1, ofOutput: -sigma };
    case 'v_prediction': {
      const size = Math.fround(Math.sqrt(varianceOf(sigma)));
      return { latentsDivisor: varianceOf(sigma), ofOutput: Math.fround(-sigma / size) };
    }
    default:
      return { latentsDivisor: Number.POSITIVE_INFINITY, ofOutput: 1 };
  }
}
