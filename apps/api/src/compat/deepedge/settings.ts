import { Type } from 'typebox';

export const settings = {
  DARKROOM_COMPAT_DEEPEDGE_GENERATION_MODEL: Type.Optional(
    Type.String({
      description:
        'The model that makes pictures for deepedge; none: the default of those that take prompts.',
    }),
  ),
  DARKROOM_COMPAT_CLIP_MODEL: Type.Optional(
    Type.String({
      description:
        'The model that compares pictures with texts for deepedge; none: the default of those that can.',
    }),
  ),
  DARKROOM_COMPAT_SAM_MODEL: Type.Optional(
    Type.String({
      description: 'The model that makes masks for deepedge; none: the default of those that can.',
    }),
  ),
};
