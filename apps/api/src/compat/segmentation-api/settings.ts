import { Type } from 'typebox';

export const settings = {
  DARKROOM_COMPAT_SEGMENTATION_MODEL: Type.Optional(
    Type.String({
      description: 'The model that answers for segmentation-api; none: the default of those that segment.',
    }),
  ),
};
