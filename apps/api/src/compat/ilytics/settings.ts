import { Type } from 'typebox';

export const settings = {
  DARKROOM_COMPAT_ILYTICS_MODEL: Type.Optional(
    Type.String({
      description: 'The model that answers for ilytics; none: the default of those that detect.',
    }),
  ),
};
