import { type DetectionFields, DetectionFieldsSchema } from '@darkroom/contracts';
import { resolveClasses } from './resolve-classes.js';
import { type TaskRules, withOverlay } from './task-rules.js';

export const detection: TaskRules = {
  task: 'detection',
  picture: 'required',
  fieldsSchema: DetectionFieldsSchema,
  neededCapabilities: ({ mask_format }: Pick<DetectionFields, 'mask_format'>) =>
    mask_format === undefined || mask_format === 'none'
      ? []
      : [{ capability: 'masks', field: 'mask_format' }],
  resolveFields: (fields, model) => resolveClasses(fields, model),
  askForPicture: withOverlay,
  finishOptions: (options) => options,
  fitToPicture: async (options) => ({ options, attachments: {} }),
};
