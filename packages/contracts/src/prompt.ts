import { type Static, Type } from 'typebox';
import { boxSchema } from './box.js';

/** Objects that one request may ask for. */
export const PROMPTS_MAX = 1000;
/** More than anybody clicks on one object. */
export const PROMPT_POINTS_MAX = 100;
/** Of all prompts of a request together; a job's record has them all. */
export const PROMPT_POINTS_IN_ALL_MAX = 4096;

const closed = { additionalProperties: false } as const;
const AS_DISPLAYED = 'in pixels of the picture as displayed';

const pointPlace = {
  x: Type.Number({ description: `From the left edge, ${AS_DISPLAYED}.` }),
  y: Type.Number({ description: `From the upper edge, ${AS_DISPLAYED}.` }),
};
const positive = Type.Boolean({
  description: 'true (default): the point is on the object; false: it is not.',
});

export const PointSchema = Type.Object(pointPlace);

const EarlierMaskSchema = Type.Object(
  {
    job: Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Id of a job with `prompts`, of a picture of the same size.',
    }),
    index: Type.Integer({ minimum: 0, description: '`index` of the mask in that job’s result.' }),
  },
  { ...closed, description: 'An earlier mask, to refine it.' },
);

const promptParts = {
  box: boxSchema('Around the object; what of it lies outside the picture is cut off.'),
  mask: EarlierMaskSchema,
};
const points = { minItems: 1, maxItems: PROMPT_POINTS_MAX };

/** What one object is asked for with: points, a box, an earlier mask, or several of them. */
export const PromptFieldsSchema = Type.Object(
  {
    points: Type.Optional(
      Type.Array(Type.Object({ ...pointPlace, positive: Type.Optional(positive) }, closed), {
        ...points,
        description: 'Points on the object, and points that are not.',
      }),
    ),
    box: Type.Optional(promptParts.box),
    mask: Type.Optional(promptParts.mask),
  },
  { ...closed, description: 'At least one of these.' },
);
export type PromptFields = Static<typeof PromptFieldsSchema>;

export const PromptsFieldsSchema = Type.Array(PromptFieldsSchema, {
  minItems: 1,
  maxItems: PROMPTS_MAX,
  description: 'What to look for, one entry for one object.',
});

/** A prompt as a job is run with it: every point says what it is, boxes lie within the picture. */
export const PromptOptionsSchema = Type.Object({
  points: Type.Optional(Type.Array(Type.Object({ ...pointPlace, positive }), points)),
  box: Type.Optional(promptParts.box),
  mask: Type.Optional(promptParts.mask),
});
export type PromptOptions = Static<typeof PromptOptionsSchema>;
