import {
  MODE_TRAITS,
  type PromptFields,
  type SegmentationFields,
  SegmentationFieldsSchema,
  type SegmentationMode,
  type SegmentationOptions,
} from '@darkroom/contracts';
import { checkAutomaticPoints } from './check-automatic-points.js';
import { checkPrompts } from './check-prompts.js';
import { fitPrompts } from './fit-prompts.js';
import { masksToRefine } from './masks-to-refine.js';
import { askedMode, optionsOfMode, resolveMode } from './segmentation-mode.js';
import { type NeededCapability, type TaskOptions, type TaskRules, withOverlay } from './task-rules.js';

export const segmentation: TaskRules = {
  task: 'segmentation',
  picture: 'required',
  fieldsSchema: SegmentationFieldsSchema,
  neededCapabilities,
  resolveFields(given, model) {
    const fields = resolveMode(given, model);
    if (fields.mode === 'prompts') checkPrompts(fields.prompts as PromptFields[]);
    return fields;
  },
  askForPicture(fields) {
    const { outputs } = MODE_TRAITS[fields.mode as SegmentationMode];
    return (outputs as readonly string[]).includes('overlay') ? withOverlay(fields) : null;
  },
  finishOptions(filled) {
    const options = optionsOfMode(filled);
    if (options.mode === 'everything') checkAutomaticPoints(options.automatic);
    return options;
  },
  async fitToPicture(given, picture, store) {
    const options = given as SegmentationOptions & TaskOptions;
    if (options.mode !== 'prompts') return { options, attachments: {} };
    const prompts = fitPrompts(options.prompts, picture);
    return { options: { ...options, prompts }, attachments: await masksToRefine(prompts, picture, store) };
  },
};

/** A model that takes prompts takes points; boxes and earlier masks not all of them do. */
function neededCapabilities(fields: SegmentationFields): NeededCapability[] {
  const asked = askedMode(fields);
  if (asked === null) return [];
  const needed: NeededCapability[] = [{ capability: asked.mode, field: asked.field }];
  if (asked.mode !== 'prompts') return needed;
  const { prompts = [] } = fields;
  const withBox = prompts.findIndex(({ box }) => box !== undefined);
  const withMask = prompts.findIndex(({ mask }) => mask !== undefined);
  if (withBox >= 0) needed.push({ capability: 'box_prompts', field: `prompts/${withBox}/box` });
  if (withMask >= 0) needed.push({ capability: 'mask_prompts', field: `prompts/${withMask}/mask` });
  return needed;
}
