import {
  GENERATED_PICTURES_MAX,
  GenerationOptionsSchema,
  PICTURE_FORMATS,
  PROMPT_CHARACTERS_MAX,
  SCHEDULERS,
  STEPS_MAX,
} from '@darkroom/contracts';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, type TSchema, Type } from 'typebox';
import { hasImageToImage } from './parts.js';

const closed = { additionalProperties: false } as const;

/** Larger ones take more memory than nearly any GPU has. */
const SIDE_MAX = 2048;

/** `family_options` of a stable-diffusion model. */
export const StableDiffusionOptionsSchema = Type.Object(
  {
    latent_scale: Type.Number({
      exclusiveMinimum: 0,
      description: 'What latents are multiplied by for the network: `scaling_factor` of the VAE’s config.',
    }),
    pixels_per_latent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
        default: 8,
        description: 'How many times as wide and high a picture is as its latents.',
      }),
    ),
    side_step: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description:
          'Width and height of pictures are multiples of it, in pixels: a network that halves latents three times takes 64 with 8 pixels per latent. Default `pixels_per_latent`.',
      }),
    ),
    zero_empty_prompt: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'No negative prompt is zeros, not the embedding of an empty text: `force_zeros_for_empty_prompt` of SDXL.',
      }),
    ),
    mend_scheduler: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'Whether `steps_offset` is 1 and latents are not clipped, whatever the scheduler’s config says: as diffusers’ StableDiffusionPipeline does, and that of SDXL does not.',
      }),
    ),
    drop_graphs: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Text encoder, network and VAE are in memory only while they are used: less memory, and each job waits for them to be read again.',
      }),
    ),
    safety_checker: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'false: pictures are given out without being looked at by the model’s safety checker.',
      }),
    ),
  },
  closed,
);
type GivenOptions = Static<typeof StableDiffusionOptionsSchema>;
export type StableDiffusionOptions = Required<Omit<GivenOptions, 'side_step'>> &
  Pick<GivenOptions, 'side_step'>;

const OPTION_DEFAULTS = {
  pixels_per_latent: 8,
  zero_empty_prompt: false,
  mend_scheduler: true,
  drop_graphs: false,
  safety_checker: true,
};

export function optionsOf({ family_options }: CompleteManifest): StableDiffusionOptions {
  return { ...OPTION_DEFAULTS, ...(family_options as GivenOptions) };
}

/** What width and height of pictures are multiples of. */
export function sideStepOf(manifest: CompleteManifest): number {
  const { side_step, pixels_per_latent } = optionsOf(manifest);
  return side_step ?? pixels_per_latent;
}

const fields = GenerationOptionsSchema.properties;

/** What `defaults` in a manifest may hold. */
export const DefaultsSchema = Type.Object(
  {
    width: Type.Optional(fields.width),
    height: Type.Optional(fields.height),
    steps: Type.Optional(fields.steps),
    guidance_scale: Type.Optional(fields.guidance_scale),
    scheduler: fields.scheduler,
    strength: fields.strength,
    output_format: Type.Optional(Type.Enum([...PICTURE_FORMATS])),
  },
  closed,
);
type Defaults = Static<typeof DefaultsSchema>;

/** As Stable Diffusion 1 has them. */
const GENERATION_DEFAULTS = { width: 512, height: 512, steps: 30, guidance_scale: 7.5, strength: 0.8 };

/** What a picture is like where a request doesn't say. */
export function generationDefaults({ defaults }: CompleteManifest) {
  return { ...GENERATION_DEFAULTS, ...(defaults as Defaults) };
}

/** The request options, each with the model's default. */
export function requestOptions(manifest: CompleteManifest): TSchema {
  const defaults = generationDefaults(manifest);
  const step = sideStepOf(manifest);
  const side = (initial: number) =>
    Type.Integer({
      minimum: step,
      maximum: Math.max(SIDE_MAX, initial),
      multipleOf: step,
      default: initial,
      description: 'Of a picture, in pixels.',
    });
  const texts = Type.Array(Type.String({ maxLength: PROMPT_CHARACTERS_MAX }));
  const seed = fields.seed;
  return Type.Object(
    {
      prompt: texts,
      negative_prompt: texts,
      width: side(defaults.width),
      height: side(defaults.height),
      steps: Type.Integer({ minimum: 1, maximum: STEPS_MAX, default: defaults.steps }),
      guidance_scale: Type.Number({ ...fields.guidance_scale, default: defaults.guidance_scale }),
      scheduler: Type.Optional(
        Type.Enum([...SCHEDULERS], {
          description: 'Another than the model’s own.',
          ...(defaults.scheduler && { default: defaults.scheduler }),
        }),
      ),
      count: Type.Integer({ minimum: 1, maximum: GENERATED_PICTURES_MAX, default: 1 }),
      seed,
      ...(hasImageToImage(manifest) && {
        strength: Type.Optional(Type.Number({ ...fields.strength, default: defaults.strength })),
      }),
      preview_every: Type.Integer({ minimum: 0, maximum: STEPS_MAX, default: 0 }),
      output_format: Type.Enum([...PICTURE_FORMATS], { default: defaults.output_format ?? 'png' }),
    },
    closed,
  );
}
