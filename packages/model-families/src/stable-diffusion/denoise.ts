import type { PipelineSteps } from '../family.js';
import type { RunMemory } from '../run-memory.js';
import { guide } from './guidance.js';
import { type LatentSize, lengthOf } from './latent-size.js';
import type { NoiseSource } from './noise/noise-source.js';
import type { Scheduler } from './schedulers/scheduler.js';
import type { Unet, UnetRows } from './unet.js';

/** A run from noise to latents of pictures. */
export interface Denoising {
  readonly unet: Unet;
  readonly scheduler: Scheduler;
  /** The first latents of all pictures; the last ones when it is done. */
  readonly latents: Float32Array;
  readonly size: LatentSize;
  /** A row for each picture, and where it is guided one for each of the negative prompts before them. */
  readonly rows: UnetRows;
  /** `null`: not guided. */
  readonly guidanceScale: number | null;
  readonly noise: NoiseSource;
  readonly steps: PipelineSteps;
  readonly memory: RunMemory;
  /** @param done how many steps were taken */
  readonly afterStep: (done: number) => Promise<void>;
}

/** Takes all steps, as diffusers orders what is in one. Nothing is allocated in a step but what the network gives. */
export async function denoise(run: Denoising): Promise<void> {
  const { unet, scheduler, latents, size, rows, guidanceScale, noise, steps, memory } = run;
  const seen = new Float32Array(latents.length);
  const said = new Float32Array((latents.length * rows.count) / (latents.length / lengthOf(size)));
  const stepNoise = new Float32Array(latents.length);
  const count = scheduler.timesteps.length;
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    const counter = { step: () => steps.step(index, count) };
    counter.step();
    scheduler.scaleModelInput(latents, index, seen);
    await unet.predict({
      timestep,
      latents: seen,
      size,
      rows,
      into: said,
      meanwhile: () => {
        if (scheduler.takesNoise(index)) noise.fill(stepNoise);
      },
      steps: counter,
      memory,
    });
    const output = guidanceScale === null ? said : guided(said, guidanceScale);
    scheduler.step(output, index, latents, stepNoise);
    steps.step(index + 1, count);
    await run.afterStep(index + 1);
  }
}

/** What it said of the negative prompts lies before what it said of the prompts, and is overwritten. */
function guided(said: Float32Array, scale: number): Float32Array {
  const half = said.length / 2;
  const negative = said.subarray(0, half);
  guide(negative, said.subarray(half), scale, negative);
  return negative;
}
