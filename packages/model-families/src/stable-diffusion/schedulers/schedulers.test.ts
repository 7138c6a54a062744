import { describe, expect, it } from 'vitest';
import { TorchGenerator } from '../noise/torch-generator.js';
import {
  type GoldenRun,
  goldenLatents,
  LATENTS_LENGTH,
  schedulerGolden,
  standInLatents,
  standInModel,
} from '../testing/scheduler-golden.js';
import type { Scheduler } from './scheduler.js';
import { configureScheduler } from './schedulers.js';

function start({ config, name, mended, steps, strength, keeps_steps }: GoldenRun): Scheduler {
  const configured = configureScheduler(config, { ...(name && { name }), isMended: mended === true });
  const run = { steps, latentsLength: LATENTS_LENGTH, keepsSteps: keeps_steps === true };
  return configured.start({ ...run, ...(strength !== undefined && { strength }) });
}

function firstLatents(scheduler: Scheduler, generator: TorchGenerator, strength?: number): Float32Array {
  const latents = new Float32Array(LATENTS_LENGTH);
  generator.fillNormal(latents);
  if (strength === undefined) return latents.map((value) => value * scheduler.initNoiseSigma);
  scheduler.addNoise(standInLatents, latents, latents);
  return latents;
}

/** Of numbers above 1 the same share of them: some schedulers have latents of thousands. */
const TOLERANCE = 1e-4;

function expectSame(latents: Float32Array, golden: Float32Array): void {
  const error = latents.map((value, i) => Math.abs(value - golden[i]!) / Math.max(1, Math.abs(golden[i]!)));
  expect(Math.max(...error)).toBeLessThan(TOLERANCE);
}

describe('each step is that of diffusers:', () => {
  it.each(schedulerGolden.runs)('$title, $steps steps', (golden) => {
    const scheduler = start(golden);
    expect(scheduler.timesteps).toHaveLength(golden.timesteps.length);
    for (const [i, timestep] of golden.timesteps.entries()) {
      expect(Math.abs(scheduler.timesteps[i]! - timestep)).toBeLessThan(1e-3);
    }
    expect(scheduler.initNoiseSigma).toBeCloseTo(golden.init_noise_sigma, 4);
    const generator = new TorchGenerator(golden.seed);
    const latents = firstLatents(scheduler, generator, golden.strength);
    expectSame(latents, goldenLatents(golden.first_row));
    const input = new Float32Array(LATENTS_LENGTH);
    const noise = new Float32Array(LATENTS_LENGTH);
    for (const [i, timestep] of golden.timesteps.entries()) {
      scheduler.scaleModelInput(latents, i, input);
      const takesNoise = scheduler.takesNoise(i);
      if (takesNoise) generator.fillNormal(noise);
      scheduler.step(standInModel(input, timestep), i, latents, takesNoise ? noise : undefined);
      expectSame(latents, goldenLatents(golden.first_row + 1 + i));
    }
  });
});

describe('timesteps', () => {
  it.each(schedulerGolden.spacings)('of $config._class_name, $config.timestep_spacing, $steps', (golden) => {
    const scheduler = configureScheduler(golden.config).start({ steps: golden.steps, latentsLength: 0 });
    const rounded = (timesteps: readonly number[]) => timesteps.map(Math.fround);
    expect(rounded(scheduler.timesteps)).toEqual(rounded(golden.timesteps));
  });
});
