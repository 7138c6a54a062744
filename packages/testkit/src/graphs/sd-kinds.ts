import type { SdTextEncoderGraphOptions } from './sd-text-encoder-graph.js';
import type { SdUnetGraphOptions } from './sd-unet-graph.js';

/** What a kind of Stable Diffusion is made of. */
export interface SdKind {
  /** One or two. */
  readonly textEncoders: readonly SdTextEncoderGraphOptions[];
  readonly unet: SdUnetGraphOptions;
  /** `scheduler_config.json` */
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** As diffusers calls it. */
  readonly pipeline: string;
  /** `scaling_factor` of the autoencoder. */
  readonly latentScale: number;
  /** Of the manifest, where this kind differs from Stable Diffusion 1. */
  readonly familyOptions?: Readonly<Record<string, unknown>>;
  readonly defaults?: Readonly<Record<string, unknown>>;
}

const BETAS = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  num_train_timesteps: 1000,
};

const EULER = {
  _class_name: 'EulerDiscreteScheduler',
  ...BETAS,
  interpolation_type: 'linear',
  prediction_type: 'epsilon',
  set_alpha_to_one: false,
  steps_offset: 1,
  timestep_spacing: 'leading',
};

const FIRST = { width: 8, seed: 1 } as const;

const SD1: SdKind = {
  pipeline: 'StableDiffusionPipeline',
  textEncoders: [FIRST],
  unet: { width: FIRST.width },
  scheduler: {
    _class_name: 'PNDMScheduler',
    ...BETAS,
    set_alpha_to_one: false,
    skip_prk_steps: true,
    steps_offset: 1,
    clip_sample: false,
  },
  latentScale: 0.18215,
};

/** Kinds of Stable Diffusion, each with the graphs, the scheduler and the numbers that such models have. */
export const SD_KINDS = {
  sd1: SD1,
  sd2: {
    ...SD1,
    scheduler: {
      _class_name: 'DDIMScheduler',
      ...BETAS,
      clip_sample: false,
      prediction_type: 'v_prediction',
      set_alpha_to_one: false,
      steps_offset: 1,
    },
  },
  turbo: {
    ...SD1,
    scheduler: { ...EULER, timestep_spacing: 'trailing' },
    defaults: { steps: 1, guidance_scale: 0 },
  },
  lcm: {
    ...SD1,
    pipeline: 'LatentConsistencyModelPipeline',
    unet: { ...SD1.unet, guidanceLength: 32 },
    scheduler: {
      _class_name: 'LCMScheduler',
      ...BETAS,
      clip_sample: false,
      original_inference_steps: 50,
      prediction_type: 'epsilon',
      set_alpha_to_one: true,
      steps_offset: 1,
      timestep_scaling: 10,
    },
    familyOptions: { mend_scheduler: false },
    defaults: { steps: 4, guidance_scale: 8.5 },
  },
  sdxl: {
    pipeline: 'StableDiffusionXLPipeline',
    textEncoders: [
      { ...FIRST, givesHiddenStates: true },
      { width: 12, seed: 2, givesHiddenStates: true, textWidth: 10 },
    ],
    unet: { width: FIRST.width + 12, textWidth: 10, timestep: { type: 'float32', dims: ['batch_size'] } },
    scheduler: EULER,
    latentScale: 0.13025,
    familyOptions: { mend_scheduler: false, zero_empty_prompt: true },
    defaults: { guidance_scale: 5, strength: 0.3 },
  },
} as const satisfies Record<string, SdKind>;
