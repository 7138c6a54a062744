import { readFileSync } from 'node:fs';
import type { SchedulerName } from '@darkroom/contracts';
import { decodeNpy } from '@darkroom/tensor';
import type { SchedulerConfig } from '../schedulers/scheduler-config.js';

const FOLDER = new URL('../../../golden/stable-diffusion/', import.meta.url);

/** A run of one of diffusers' schedulers with the model below. */
export interface GoldenRun {
  readonly title: string;
  readonly config: SchedulerConfig;
  readonly name?: SchedulerName;
  readonly mended?: boolean;
  readonly steps: number;
  /** Of image to image. */
  readonly strength?: number;
  readonly keeps_steps?: boolean;
  readonly seed: number;
  readonly timesteps: readonly number[];
  readonly init_noise_sigma: number;
  /** Where its latents begin in {@link goldenLatents}: the first ones, and those after each step. */
  readonly first_row: number;
}

interface GoldenSpacing {
  readonly config: SchedulerConfig;
  readonly steps: number;
  readonly timesteps: readonly number[];
}

/** What diffusers made: see `golden/README.md`. */
export const schedulerGolden: {
  readonly runs: readonly GoldenRun[];
  readonly spacings: readonly GoldenSpacing[];
} = JSON.parse(readFileSync(new URL('schedulers.json', FOLDER), 'utf8'));

/** `[1, 4, 2, 2]`: enough for PyTorch to draw its noise as it does that of real latents. */
export const LATENTS_LENGTH = 16;

const rows = decodeNpy(readFileSync(new URL('schedulers.npy', FOLDER))).data;

export function goldenLatents(row: number): Float32Array {
  return rows.subarray(row * LATENTS_LENGTH, (row + 1) * LATENTS_LENGTH);
}

/** What stands in for the network in the golden runs. */
export function standInModel(input: Float32Array, timestep: number): Float32Array {
  return input.map((x, i) => (0.9 * x) / Math.sqrt(1 + x * x) + 0.1 * Math.cos(timestep / 100 + i));
}

/** What stands in for the latents of a picture in the golden runs. */
export const standInLatents = Float32Array.from({ length: LATENTS_LENGTH }, (_, i) => Math.sin(i));
