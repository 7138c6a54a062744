/** One run of a scheduler. */
export interface SchedulerRun {
  /** As asked for. Some schedulers take one more, and image to image takes fewer. */
  readonly steps: number;
  /** Of image to image: how much of the picture is noise at first, above 0, at most 1. Default 1, all. */
  readonly strength?: number;
  /**
   * Whether all steps are taken nevertheless, in the part of the schedule that `strength` leaves: diffusers' pipeline of
   * latent consistency models.
   */
  readonly keepsSteps?: boolean;
  /** How many numbers the latents of the whole batch are. */
  readonly latentsLength: number;
}

/**
 * What turns noise into the latents of pictures, step by step, by what a network says of them: one run of one. Latents are
 * those of a whole batch. Steps are taken in their order, each once; nothing is allocated in them.
 */
export interface Scheduler {
  /** What the network is told at each step of how much noise there is. Not whole numbers with every scheduler. */
  readonly timesteps: readonly number[];
  /** What noise is multiplied by to become the first latents; not of use with {@link addNoise}. */
  readonly initNoiseSigma: number;
  /** @param into what the network sees of the latents, as long as the latents */
  scaleModelInput(latents: Float32Array, stepIndex: number, into: Float32Array): void;
  /** Whether a step adds noise: as much is drawn for it as the latents are long. */
  takesNoise(stepIndex: number): boolean;
  /**
   * Replaces the latents by those of the next step.
   * @param modelOutput what the network gave for the step; guidance is applied already
   * @param noise where the step takes it
   */
  step(modelOutput: Float32Array, stepIndex: number, latents: Float32Array, noise?: Float32Array): void;
  /** The first latents of image to image: a picture's latents with the noise that the first step expects. */
  addNoise(original: Float32Array, noise: Float32Array, into: Float32Array): void;
}
