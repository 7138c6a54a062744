import { DarkroomError } from '@darkroom/contracts';
import { roundHalfToEven } from '@darkroom/imaging';
import { type Static, Type } from 'typebox';
import { noThresholding } from './clipping.js';
import { firstStep } from './first-step.js';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import { PredictionTypeSchema, predictedOriginal, type WeightedSum } from './prediction.js';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { karrasSigmas, timestepOfSigma, trainingSigmas, valueAt } from './sigmas.js';
import { spacedTimesteps, TimestepSpacingSchema } from './timestep-spacing.js';
import { addWeighted } from './weighted-sums.js';

/** What other schedulers' configurations may say, which counts as `midpoint`, as `deis` counts as `dpmsolver++`. */
const MIDPOINT_ELSEWHERE = ['logrho', 'bh1', 'bh2'] as const;

const DpmSolverConfigSchema = Type.Object({
  ...noiseScheduleFields,
  ...noThresholding,
  solver_order: Type.Integer({ minimum: 1, maximum: 2, default: 2 }),
  algorithm_type: Type.Enum(['dpmsolver++', 'deis'], { default: 'dpmsolver++' }),
  solver_type: Type.Enum(['midpoint', 'heun', ...MIDPOINT_ELSEWHERE], { default: 'midpoint' }),
  lower_order_final: Type.Boolean({ default: true }),
  euler_at_final: Type.Boolean({ default: false }),
  prediction_type: PredictionTypeSchema,
  timestep_spacing: Type.Enum(TimestepSpacingSchema.enum, { default: 'linspace' }),
  steps_offset: Type.Integer({ minimum: 0, default: 0 }),
  use_karras_sigmas: Type.Boolean({ default: false }),
  use_exponential_sigmas: Type.Literal(false, { default: false }),
  use_beta_sigmas: Type.Literal(false, { default: false }),
  use_lu_lambdas: Type.Literal(false, { default: false }),
  use_flow_sigmas: Type.Literal(false, { default: false }),
  use_dynamic_shifting: Type.Literal(false, { default: false }),
  final_sigmas_type: Type.Enum(['zero', 'sigma_min'], { default: 'zero' }),
  lambda_min_clipped: Type.Number({ default: -Number.MAX_VALUE }),
  variance_type: Type.Optional(
    Type.Null({ description: 'A network that predicts the variance too is not supported' }),
  ),
  rescale_betas_zero_snr: Type.Boolean({ default: false }),
});
type DpmSolverConfig = Static<typeof DpmSolverConfigSchema>;

/** Fewer steps than this end with one of first order, where `lower_order_final` says so. */
const FEW_STEPS = 15;

interface SolverStep {
  /** The picture that the network sees. */
  readonly original: WeightedSum;
  /** Of the latents, of that picture, and of its difference to that of the step before, in the next latents. */
  readonly ofLatents: number;
  readonly ofOriginal: number;
  readonly ofDifference: number;
}

/**
 * DPM-Solver++ in several steps, of first or second order (Lu and others, 2022, algorithm 2, "2M"):
 * `DPMSolverMultistepScheduler` of diffusers.
 */
class DpmSolverMultistepScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly #steps: readonly SolverStep[];
  readonly #start: Level;
  /** What the network saw at the step before. */
  readonly #before: Float32Array;

  constructor(config: DpmSolverConfig, alphas: Float32Array, run: SchedulerRun) {
    const { timesteps, sigmas } = solverSchedule(config, alphas, run.steps);
    const first = firstStep(run);
    const levels = Array.from(sigmas, levelOf);
    this.timesteps = timesteps.slice(first);
    this.#start = levels[first]!;
    this.#before = new Float32Array(run.latentsLength);
    this.#steps = this.timesteps.map((_, i) => {
      const at = first + i;
      const isSecondOrder =
        config.solver_order === 2 && i > 0 && !endsFirstOrder(config, at, timesteps.length);
      const before = isSecondOrder ? levels[at - 1]! : null;
      return solverStep(config, before, levels[at]!, levels[at + 1]!);
    });
  }

  scaleModelInput(latents: Float32Array, _stepIndex: number, into: Float32Array): void {
    into.set(latents);
  }

  takesNoise(): boolean {
    return false;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): void {
    const { original, ofLatents, ofOriginal, ofDifference } = this.#steps[stepIndex]!;
    const before = this.#before;
    for (let i = 0; i < latents.length; i++) {
      const x = latents[i]!;
      const seen = x * original.ofLatents + modelOutput[i]! * original.ofOutput;
      latents[i] = x * ofLatents + seen * ofOriginal + (seen - before[i]!) * ofDifference;
      before[i] = seen;
    }
  }

  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void {
    addWeighted(original, this.#start.alpha, noise, this.#start.sigma, into);
  }
}

/** How much of a picture and of noise latents are, and the logarithm of how these compare. */
interface Level {
  readonly alpha: number;
  readonly sigma: number;
  readonly lambda: number;
}

function levelOf(relativeSigma: number): Level {
  const alpha = 1 / Math.sqrt(relativeSigma ** 2 + 1);
  return { alpha, sigma: relativeSigma * alpha, lambda: -Math.log(relativeSigma) };
}

function endsFirstOrder(config: DpmSolverConfig, at: number, steps: number): boolean {
  const isShort = config.lower_order_final && steps < FEW_STEPS;
  return at === steps - 1 && (isShort || config.euler_at_final || config.final_sigmas_type === 'zero');
}

function solverStep(config: DpmSolverConfig, before: Level | null, from: Level, to: Level): SolverStep {
  const step = to.lambda - from.lambda;
  const decay = Math.expm1(-step);
  const first = {
    original: predictedOriginal(config.prediction_type, from.alpha, from.sigma),
    ofLatents: to.sigma / from.sigma,
    ofOriginal: -to.alpha * decay,
  };
  if (before === null) return { ...first, ofDifference: 0 };
  const ratio = (from.lambda - before.lambda) / step;
  const slope = config.solver_type === 'heun' ? decay / step + 1 : -0.5 * decay;
  return { ...first, ofDifference: (to.alpha * slope) / ratio };
}

interface SolverSchedule {
  readonly timesteps: readonly number[];
  readonly sigmas: Float32Array;
}

function solverSchedule(config: DpmSolverConfig, alphas: Float32Array, steps: number): SolverSchedule {
  const training = trainingSigmas(alphas);
  const last = config.final_sigmas_type === 'zero' ? 0 : training[0]!;
  if (config.use_karras_sigmas) {
    const logSigmas = training.map(Math.log);
    const sigmas = karrasSigmas(training[training.length - 1]!, training[0]!, steps);
    const round = config.beta_schedule === 'squaredcos_cap_v2' ? wholePart : roundHalfToEven;
    const timesteps = sigmas.map((sigma) => round(timestepOfSigma(sigma, logSigmas)));
    return { timesteps, sigmas: Float32Array.of(...sigmas, last) };
  }
  const timesteps = solverTimesteps(config, alphas, steps);
  const sigmas = timesteps.map((timestep) => valueAt(training, timestep));
  return { timesteps, sigmas: Float32Array.of(...sigmas, last) };
}

/** diffusers cuts off a cosine's timesteps, whatever a whole one lacks by rounding, and rounds the others. */
function wholePart(timestep: number): number {
  return Math.floor(timestep + 1e-6);
}

/** One more is spaced than there are steps, and the last left out. */
function solverTimesteps(config: DpmSolverConfig, alphas: Float32Array, steps: number): number[] {
  const { timestep_spacing: spacing, num_train_timesteps: trainTimesteps, steps_offset: offset } = config;
  // Where there is too little of the picture for the solver to be stable.
  const isStable = (alpha: number) => Math.log(Math.sqrt(alpha / (1 - alpha))) >= config.lambda_min_clipped;
  const usedTimesteps = alphas.filter(isStable).length;
  const points = steps + 1;
  const timesteps = spacedTimesteps({ spacing, trainTimesteps, steps, offset, usedTimesteps, points });
  const rounded = timesteps.slice(0, steps).map(roundHalfToEven);
  if (new Set(rounded).size === steps) return rounded;
  throw new DarkroomError(
    'option_not_supported',
    `Expected fewer than ${usedTimesteps} steps, got ${steps}: the scheduler can’t take two at one timestep.`,
  );
}

export const dpmSolverMultistep = schedulerKind({
  schema: DpmSolverConfigSchema,
  alphasOf: (config) => alphasCumprod(config, { isRescaled: config.rescale_betas_zero_snr, isNearly: true }),
  start: (config, alphas, run) => new DpmSolverMultistepScheduler(config, alphas, run),
  mostSteps: ({ num_train_timesteps }) => num_train_timesteps - 1,
});
