import { DarkroomError } from '@darkroom/contracts';
import { roundHalfToEven } from '@darkroom/imaging';
import { type Static, Type } from 'typebox';
import { firstStep } from './first-step.js';
import { alphasCumprod, noiseScheduleFields } from './noise-schedule.js';
import { NoisePredictionTypeSchema, predictedNoise, type WeightedSum } from './prediction.js';
import { RecentOutputs } from './recent-outputs.js';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import { schedulerKind } from './scheduler-kind.js';
import { spacedTimesteps, TimestepSpacingSchema } from './timestep-spacing.js';
import { addNoiseInProportion, addWeighted } from './weighted-sums.js';

const PndmConfigSchema = Type.Object({
  ...noiseScheduleFields,
  skip_prk_steps: Type.Boolean({ default: false }),
  set_alpha_to_one: Type.Boolean({ default: false }),
  prediction_type: NoisePredictionTypeSchema,
  timestep_spacing: Type.Enum(TimestepSpacingSchema.enum, { default: 'leading' }),
  steps_offset: Type.Integer({ minimum: 0, default: 0 }),
});
type PndmConfig = Static<typeof PndmConfigSchema>;

/** Of the network's outputs, the last one first, by how many there are (Adams and Bashforth). */
const MULTISTEP_WEIGHTS = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;
const MOST_OUTPUTS = MULTISTEP_WEIGHTS.length;

/** Of the outputs at the four points of one Runge-Kutta step. */
const RUNGE_KUTTA_WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6] as const;
const RUNGE_KUTTA_POINTS = RUNGE_KUTTA_WEIGHTS.length;
/** As many give the outputs that the multistep method needs beside its first. */
const RUNGE_KUTTA_STEPS = MOST_OUTPUTS - 1;

/**
 * Pseudo numerical methods for diffusion models (Liu and others, 2022): the linear multistep method, begun with
 * Runge-Kutta steps or, as Stable Diffusion has it (`skip_prk_steps`), with a step that is taken twice and
 * methods of fewer steps. `PNDMScheduler` of diffusers.
 */
class PndmScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly #firstAlphaCumprod: number;
  readonly #steps: readonly WeightedSum[];
  /** How many evaluations of the network Runge-Kutta steps are at the beginning. */
  readonly #rungeKutta: number;
  readonly #recent: RecentOutputs;
  /** The latents that a step of several evaluations begins with. */
  readonly #beginning: Float32Array;
  readonly #output: Float32Array;

  /** @throws DarkroomError `option_not_supported` when there are too few steps to begin with */
  constructor(config: PndmConfig, alphas: Float32Array, run: SchedulerRun) {
    const { timesteps, rungeKutta } = pndmTimesteps(config, run.steps);
    const first = firstStep(run);
    if (rungeKutta > 0) requireWholeBeginning(run.steps, first);
    this.timesteps = timesteps.slice(first);
    this.#rungeKutta = rungeKutta;
    this.#firstAlphaCumprod = alphas[this.timesteps[0]!]!;
    this.#steps = this.timesteps.map((_, i) => {
      const [from, to] = this.#wayOf(i, config.num_train_timesteps, run.steps);
      const final = config.set_alpha_to_one ? 1 : alphas[0]!;
      return transfer(config.prediction_type, alphas[from]!, to < 0 ? final : alphas[to]!);
    });
    this.#recent = new RecentOutputs(MOST_OUTPUTS, run.latentsLength);
    this.#beginning = new Float32Array(run.latentsLength);
    this.#output = new Float32Array(run.latentsLength);
  }

  scaleModelInput(latents: Float32Array, _stepIndex: number, into: Float32Array): void {
    into.set(latents);
  }

  takesNoise(): boolean {
    return false;
  }

  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): void {
    const isRungeKutta = stepIndex < this.#rungeKutta;
    const output = isRungeKutta
      ? this.#rungeKuttaOutput(modelOutput, stepIndex, latents)
      : this.#multistepOutput(modelOutput, stepIndex, latents);
    const from = isRungeKutta || this.#isTakenTwice(stepIndex) ? this.#beginning : latents;
    const { ofLatents, ofOutput } = this.#steps[stepIndex]!;
    addWeighted(from, ofLatents, output, ofOutput, latents);
  }

  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void {
    addNoiseInProportion(original, noise, this.#firstAlphaCumprod, into);
  }

  #isTakenTwice(stepIndex: number): boolean {
    return this.#rungeKutta === 0 && stepIndex < 2;
  }

  /** The timesteps that a step leads from and to; to one below 0 at the end. */
  #wayOf(stepIndex: number, trainTimesteps: number, steps: number): [number, number] {
    const stride = Math.floor(trainTimesteps / steps);
    const timestep = this.timesteps[stepIndex]!;
    if (stepIndex < this.#rungeKutta) {
      const halfStride = stepIndex % 2 === 0 ? Math.floor(stride / 2) : 0;
      const first = stepIndex - (stepIndex % RUNGE_KUTTA_POINTS);
      return [this.timesteps[first]!, timestep - halfStride];
    }
    const isSecondTime = this.#rungeKutta === 0 && stepIndex === 1;
    return isSecondTime ? [timestep + stride, timestep] : [timestep, timestep - stride];
  }

  #rungeKuttaOutput(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): Float32Array {
    const point = stepIndex % RUNGE_KUTTA_POINTS;
    const sum = this.#output;
    if (point === 0) {
      this.#recent.push(modelOutput);
      this.#beginning.set(latents);
      sum.fill(0);
    }
    addWeighted(sum, 1, modelOutput, RUNGE_KUTTA_WEIGHTS[point]!, sum);
    return point === RUNGE_KUTTA_POINTS - 1 ? sum : modelOutput;
  }

  #multistepOutput(modelOutput: Float32Array, stepIndex: number, latents: Float32Array): Float32Array {
    const output = this.#output;
    if (this.#isTakenTwice(stepIndex)) {
      if (stepIndex === 0) this.#beginning.set(latents);
      else {
        addWeighted(modelOutput, 1 / 2, this.#recent.at(0), 1 / 2, output);
        return output;
      }
    }
    this.#recent.push(modelOutput);
    const weights = MULTISTEP_WEIGHTS[this.#recent.count - 1]!;
    output.fill(0);
    for (let age = 0; age < weights.length; age++) {
      addWeighted(output, 1, this.#recent.at(age), weights[age]!, output);
    }
    return output;
  }
}

interface PndmTimesteps {
  readonly timesteps: readonly number[];
  readonly rungeKutta: number;
}

function pndmTimesteps(config: PndmConfig, steps: number): PndmTimesteps {
  const { timestep_spacing: spacing, num_train_timesteps: trainTimesteps, steps_offset: offset } = config;
  const all = spacedTimesteps({ spacing, trainTimesteps, steps, offset }).map(roundHalfToEven);
  if (config.skip_prk_steps) {
    return { timesteps: [all[0]!, ...all.slice(1, 2), ...all.slice(1)], rungeKutta: 0 };
  }
  const halfStride = Math.floor(Math.floor(trainTimesteps / steps) / 2);
  // Four evaluations each: at the beginning, twice half way, at the end, which is the beginning of the next.
  const rungeKutta = all.slice(0, RUNGE_KUTTA_STEPS).flatMap((begin, i) => {
    const end = all[i + 1] ?? 0;
    return [begin, end + halfStride, end + halfStride, end];
  });
  return { timesteps: [...rungeKutta, ...all.slice(RUNGE_KUTTA_STEPS)], rungeKutta: rungeKutta.length };
}

function requireWholeBeginning(steps: number, first: number): void {
  if (steps > RUNGE_KUTTA_STEPS && first === 0) return;
  throw new DarkroomError(
    'option_not_supported',
    first === 0
      ? `Expected at least ${RUNGE_KUTTA_STEPS + 1} steps, got ${steps}: the scheduler begins with ${RUNGE_KUTTA_STEPS} Runge-Kutta steps.`
      : 'Expected strength 1: the scheduler begins with Runge-Kutta steps, which can’t be left out. Choose another scheduler.',
  );
}

/** Formula 9 of the paper: the latents with other shares of picture and noise, and the same of both. */
function transfer(type: PndmConfig['prediction_type'], from: number, to: number): WeightedSum {
  const ofLatents = Math.sqrt(to / from);
  const ofNoise = (from - to) / (from * Math.sqrt(1 - to) + Math.sqrt(from * (1 - from) * to));
  const noise = predictedNoise(type, Math.sqrt(from), Math.sqrt(1 - from));
  return { ofLatents: ofLatents + ofNoise * noise.ofLatents, ofOutput: ofNoise * noise.ofOutput };
}

export const pndm = schedulerKind({
  schema: PndmConfigSchema,
  alphasOf: alphasCumprod,
  start: (config, alphas, run) => new PndmScheduler(config, alphas, run),
});
