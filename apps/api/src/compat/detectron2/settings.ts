import { Type } from 'typebox';

export const settings = {
  DARKROOM_COMPAT_DETECTRON2_MODEL: Type.Optional(
    Type.String({
      description: 'The model that answers for detectron2; none: the default of those that detect.',
    }),
  ),
  DARKROOM_COMPAT_DETECTRON2_DIR: Type.Optional(
    Type.String({
      examples: ['/srv/detectron2'],
      description: 'Folder with input/images and output; none: no file is read or written for detectron2.',
    }),
  ),
};
