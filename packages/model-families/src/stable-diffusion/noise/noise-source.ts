import type { TorchGenerator } from './torch-generator.js';

/** Where the noise of a batch of pictures comes from: what it starts with, and what is added at a step. */
export interface NoiseSource {
  /** @param into as many numbers for each picture of the batch, one picture after the other */
  fill(into: Float32Array): void;
}

/** One draw for the whole batch: `randn_tensor` of diffusers with one generator. */
export function sharedNoise(generator: TorchGenerator): NoiseSource {
  return { fill: (into) => generator.fillNormal(into) };
}

/**
 * A draw for each picture, so that each equals the picture of a run by itself: `randn_tensor` of diffusers with a list
 * of generators.
 */
export function noiseOfEach(generators: readonly TorchGenerator[]): NoiseSource {
  return {
    fill: (into) => {
      const length = into.length / generators.length;
      for (const [i, generator] of generators.entries()) {
        generator.fillNormal(into.subarray(i * length, (i + 1) * length));
      }
    },
  };
}
