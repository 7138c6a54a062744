import { Type } from 'typebox';

export const settings = {
  DARKROOM_COMPAT_DLIM_MODEL: Type.Optional(
    Type.String({
      description: 'The model that answers for dlim; none: the default of those that find everything.',
    }),
  ),
};
