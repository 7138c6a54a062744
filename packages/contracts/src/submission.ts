import { type Static, Type } from 'typebox';

export const PICTURE_FORMATS = ['png', 'jpeg', 'webp'] as const;
export const PictureFormatSchema = Type.Enum([...PICTURE_FORMATS], {
  description: 'Format of overlays, crops and generated pictures; maps and masks are always PNG.',
});
export type PictureFormat = Static<typeof PictureFormatSchema>;

export const METADATA_MAX_BYTES = 4096;
/** More don't fit its bytes, whatever they are. */
const METADATA_KEYS_MAX = METADATA_MAX_BYTES / 4;
export const KEEP_SECONDS_MAX = 365 * 24 * 3600;
export const DEADLINE_SECONDS_MAX = 30 * 24 * 3600;

export const DEFAULT_PRIORITY = 5;
export const HIGHEST_PRIORITY = 10;
export const PrioritySchema = Type.Integer({
  minimum: 0,
  maximum: HIGHEST_PRIORITY,
  description: `Which waiting jobs of a model come first: higher is sooner, equal ones as they came. Default ${DEFAULT_PRIORITY}.`,
});

/** Fields that every task's submission knows. */
export const commonSubmissionFields = {
  model: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Id of a model; none: the default among the models that can do what is asked.',
    }),
  ),
  output_format: Type.Optional(PictureFormatSchema),
  priority: Type.Optional(PrioritySchema),
  deadline_seconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: DEADLINE_SECONDS_MAX,
      description:
        'Waiting or running, the job ends within this time of submission or is stopped as `expired`.',
    }),
  ),
  cancel_on_disconnect: Type.Optional(
    Type.Boolean({
      description:
        'true: hanging up while this request waits for the job (`Prefer: wait`, a picture, events) cancels it. Otherwise the job goes on.',
    }),
  ),
  keep_seconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: KEEP_SECONDS_MAX,
      description: 'How long input, result and artifacts stay after the job has ended.',
    }),
  ),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      maxProperties: METADATA_KEYS_MAX,
      description: 'An object of yours, up to 4 kB as JSON, given back with the job.',
    }),
  ),
};
