import { type Static, Type } from 'typebox';
import { ImageSourceSchema } from './image-source.js';
import { Nullable } from './nullable.js';
import { commonSubmissionFields, PictureFormatSchema } from './submission.js';

/** Of one prompt; a text encoder reads far less of it. */
export const PROMPT_CHARACTERS_MAX = 10_000;
/** Pictures that one job makes, those of all its prompts together. */
export const GENERATED_PICTURES_MAX = 64;
export const STEPS_MAX = 1000;
/** Numbers up to this are exact in JSON. */
export const SEED_MAX = Number.MAX_SAFE_INTEGER;
const GUIDANCE_SCALE_MAX = 100;
const PICTURE_SIDE_MIN = 8;
const PICTURE_SIDE_MAX = 4096;

export const SCHEDULERS = [
  'ddim',
  'pndm',
  'euler',
  'euler_ancestral',
  'dpm++_2m',
  'dpm++_2m_karras',
  'lcm',
] as const;
export const SchedulerSchema = Type.Enum([...SCHEDULERS], {
  description: 'How noise becomes a picture, step by step. Default: as the model has it.',
});
export type SchedulerName = (typeof SCHEDULERS)[number];

const PromptTextSchema = Type.String({ maxLength: PROMPT_CHARACTERS_MAX });
const SeedSchema = Type.Integer({ minimum: 0, maximum: SEED_MAX });

/** A list has as many entries as a job can make pictures. */
const perPicture = { minItems: 1, maxItems: GENERATED_PICTURES_MAX };
const PromptsSchema = Type.Array(PromptTextSchema, perPicture);
/** Without any, there is none. */
const NegativePromptsSchema = Type.Array(PromptTextSchema, { ...perPicture, minItems: 0 });
const SeedsSchema = Type.Array(SeedSchema, perPicture);

const side = Type.Integer({
  minimum: PICTURE_SIDE_MIN,
  maximum: PICTURE_SIDE_MAX,
  description: 'Of a picture, in pixels. Which ones can be made, the model says.',
});

const parameters = {
  width: side,
  height: side,
  steps: Type.Integer({
    minimum: 1,
    maximum: STEPS_MAX,
    description: 'Denoising steps: more take longer and show more detail, up to a point.',
  }),
  guidance_scale: Type.Number({
    minimum: 0,
    maximum: GUIDANCE_SCALE_MAX,
    description:
      'How closely a picture follows its prompt. 1 and less: without guidance, and in half the time.',
  }),
  scheduler: SchedulerSchema,
  count: Type.Integer({
    minimum: 1,
    maximum: GENERATED_PICTURES_MAX,
    description: `Pictures for each prompt; for all prompts together up to ${GENERATED_PICTURES_MAX}.`,
  }),
  strength: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'How much of `image` is replaced by noise before the first step: 1 leaves nothing of it, 0 all.',
  }),
  preview_every: Type.Integer({
    minimum: 0,
    maximum: STEPS_MAX,
    description: 'Shows how far each picture is, small, after every so many steps; 0: never.',
  }),
};

/** `POST /v1/generation`, the fields beside the picture. */
export const GenerationFieldsSchema = Type.Object(
  {
    ...commonSubmissionFields,
    prompt: Type.Union([PromptTextSchema, PromptsSchema], {
      description: 'What the picture is to show, or a list of such texts.',
    }),
    negative_prompt: Type.Optional(
      Type.Union([PromptTextSchema, NegativePromptsSchema], {
        description:
          'What it is not to show: one text for all prompts, or a list with one for each. None, or an empty list: no negative prompt, which to some models is something else than an empty one.',
      }),
    ),
    width: Type.Optional(parameters.width),
    height: Type.Optional(parameters.height),
    steps: Type.Optional(parameters.steps),
    guidance_scale: Type.Optional(parameters.guidance_scale),
    scheduler: Type.Optional(parameters.scheduler),
    count: Type.Optional(parameters.count),
    seed: Type.Optional(
      Type.Union([SeedSchema, SeedsSchema], {
        description:
          'What the noise is drawn from. A number: the noise of all pictures in turn, as diffusers does. A list with one for each picture: each equals that of a job of its own. None: one for each picture is chosen, and told in `input`.',
      }),
    ),
    strength: Type.Optional(parameters.strength),
    preview_every: Type.Optional(parameters.preview_every),
  },
  { additionalProperties: false },
);
export type GenerationFields = Static<typeof GenerationFieldsSchema>;

/** `POST /v1/generation` as JSON. */
export const GenerationRequestSchema = Type.Object(
  { image: Type.Optional(ImageSourceSchema), ...GenerationFieldsSchema.properties },
  { additionalProperties: false, $id: 'GenerationRequest' },
);

/** The options of a generation job as it is run. A model has no use for some of them, and its jobs have none of those. */
export const GenerationOptionsSchema = Type.Object({
  prompt: Type.Array(PromptTextSchema, {
    ...perPicture,
    description: 'Each is for `count` pictures; those of the first come first.',
  }),
  negative_prompt: Type.Array(PromptTextSchema, {
    ...perPicture,
    minItems: 0,
    description: 'As many as prompts, or none.',
  }),
  width: parameters.width,
  height: parameters.height,
  steps: parameters.steps,
  guidance_scale: parameters.guidance_scale,
  scheduler: Type.Optional(parameters.scheduler),
  count: parameters.count,
  seed: Type.Union([SeedSchema, SeedsSchema], { description: 'One for all pictures, or one for each.' }),
  strength: Type.Optional(parameters.strength),
  preview_every: parameters.preview_every,
  output_format: PictureFormatSchema,
});
export type GenerationOptions = Static<typeof GenerationOptionsSchema>;

export const GeneratedImageSchema = Type.Object({
  index: Type.Integer({
    description: 'Its place: all pictures of the first prompt, then those of the second.',
  }),
  artifact: Nullable(Type.String(), { description: 'Name of the artifact; `null` where it was withheld.' }),
  url: Nullable(Type.String(), { description: 'Where the artifact is; `null` where it was withheld.' }),
  prompt: Type.String(),
  prompt_index: Type.Integer(),
  seed: Type.Integer({
    description: 'What its noise was drawn from; where one was given for all, they share it.',
  }),
  width: Type.Integer(),
  height: Type.Integer(),
  flagged: Type.Boolean({ description: 'Withheld: the model’s safety checker holds it for unsafe.' }),
});
export type GeneratedImage = Static<typeof GeneratedImageSchema>;

export const GenerationResultSchema = Type.Object(
  {
    images: Type.Array(GeneratedImageSchema, { description: 'By prompt, as many for each as `count` says.' }),
  },
  { $id: 'GenerationResult' },
);
export type GenerationResult = Static<typeof GenerationResultSchema>;
