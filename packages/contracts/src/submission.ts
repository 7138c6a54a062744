import { type Static, Type } from 'typebox';

export const PICTURE_FORMATS = ['png', 'jpeg', 'webp'] as const;
export const PictureFormatSchema = Type.Enum([...PICTURE_FORMATS], {
  description: 'Format of overlays, crops and generated pictures; maps and masks are always PNG.',
});
export type PictureFormat = Static<typeof PictureFormatSchema>;

export const METADATA_MAX_BYTES = 4096;
export const KEEP_SECONDS_MAX = 365 * 24 * 3600;

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
  keep_seconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: KEEP_SECONDS_MAX,
      description: 'How long input, result and artifacts stay after the job has ended.',
    }),
  ),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'An object of yours, up to 4 kB as JSON, given back with the job.',
    }),
  ),
};
