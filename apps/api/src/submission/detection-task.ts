import { type DetectionFields, DetectionFieldsSchema } from '@darkroom/contracts';
import type { PictureTask } from './picture-task.js';
import { resolveClasses } from './resolve-classes.js';

export const detection: PictureTask = {
  task: 'detection',
  fieldsSchema: DetectionFieldsSchema,
  neededCapabilities: ({ mask_format }: Pick<DetectionFields, 'mask_format'>) =>
    mask_format === undefined || mask_format === 'none'
      ? []
      : [{ capability: 'masks', field: 'mask_format' }],
  resolveFields: (fields, model) => resolveClasses(fields, model),
  makesPicture: () => true,
  finishOptions: (options) => options,
  fitToPicture: async (options) => ({ options, attachments: {} }),
};
