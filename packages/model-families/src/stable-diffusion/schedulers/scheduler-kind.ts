import { DarkroomError } from '@darkroom/contracts';
import type { Static, TObject } from 'typebox';
import type { Scheduler, SchedulerRun } from './scheduler.js';
import { readConfig, type SchedulerConfig } from './scheduler-config.js';

/** A scheduler with a configuration that it can use, to be run any number of times. */
export interface ConfiguredScheduler {
  readonly predictionType: string;
  /** More steps than this no run can take. */
  readonly mostSteps: number;
  /** @throws DarkroomError `option_not_supported` when the scheduler has no such run */
  start(run: SchedulerRun): Scheduler;
}

/** One way of going from noise to a picture. */
export interface SchedulerKind {
  /** @throws SchedulerConfigError naming each field that can't be used */
  configure(config: SchedulerConfig): ConfiguredScheduler;
}

interface SharedFields {
  readonly num_train_timesteps: number;
  readonly prediction_type: string;
}

interface KindParts<Schema extends TObject> {
  /** Every field with its default. */
  readonly schema: Schema;
  /** What of the configuration is the same for all runs: `alphas_cumprod`. */
  readonly alphasOf: (config: Static<Schema>) => Float32Array;
  readonly start: (config: Static<Schema>, alphas: Float32Array, run: SchedulerRun) => Scheduler;
  /** Default as many as there are timesteps of training. */
  readonly mostSteps?: (config: Static<Schema>) => number;
}

export function schedulerKind<Schema extends TObject>(parts: KindParts<Schema>): SchedulerKind {
  return {
    configure: (given) => {
      const config = readConfig(parts.schema, given);
      const { num_train_timesteps, prediction_type } = config as SharedFields;
      const mostSteps = parts.mostSteps?.(config) ?? num_train_timesteps;
      const alphas = parts.alphasOf(config);
      return {
        predictionType: prediction_type,
        mostSteps,
        start: (run) => {
          requireSteps(run.steps, mostSteps);
          return parts.start(config, alphas, run);
        },
      };
    },
  };
}

function requireSteps(steps: number, mostSteps: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= mostSteps) return;
  throw new DarkroomError(
    'option_not_supported',
    `Expected 1 to ${mostSteps} steps, as many as the scheduler has, got ${steps}.`,
  );
}
