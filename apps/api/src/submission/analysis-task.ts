import {
  type AnalysisFields,
  AnalysisFieldsSchema,
  type AnalysisOptions,
  DarkroomError,
  type PromptFields,
  TEMPLATE_PLACE,
} from '@darkroom/contracts';
import { pointerTo } from './check-fields.js';
import { checkPrompts, refusePromptFaults } from './check-prompts.js';
import { planAnalysis } from './plan-analysis.js';
import { type TaskFields, type TaskRules, withOverlay } from './task-rules.js';

/** The fields that the model of image and text takes as its options; the others are for models beside it. */
const OWN_OPTIONS = [
  'template',
  'region_crop',
  'mask_format',
  'polygon_tolerance',
  'outputs',
  'output_format',
] as const;
const COMMON_FIELDS = [
  'model',
  'metadata',
  'keep_seconds',
  'priority',
  'deadline_seconds',
  'cancel_on_disconnect',
] as const;

export const analysis: TaskRules = {
  task: 'analysis',
  picture: 'replaceable',
  fieldsSchema: AnalysisFieldsSchema,
  neededCapabilities: () => [{ capability: 'image_text_similarity', field: 'concepts' }],
  resolveFields(given, _model, hasPicture) {
    const fields = given as AnalysisFields;
    checkPictureSource(fields, hasPicture);
    checkConcepts(fields);
    checkTemplate(fields);
    checkRegions(fields);
    const own = [...OWN_OPTIONS, ...COMMON_FIELDS].filter((name) => fields[name] !== undefined);
    return Object.fromEntries(own.map((name) => [name, fields[name]])) as TaskFields;
  },
  askForPicture: withOverlay,
  finishOptions: (options) => options,
  fitToPicture: async (options) => ({ options, attachments: {} }),
  planParts: ({ options, picture, asked }, services) =>
    planAnalysis(
      { options: options as unknown as AnalysisOptions, fields: asked.fields as AnalysisFields, picture },
      { modelId: asked.model.id, jobs: asked.jobs, services },
    ),
};

function checkPictureSource({ generate }: AnalysisFields, hasPicture: boolean): void {
  if (hasPicture && generate) {
    throw badField(
      'generate',
      'A picture came, and "generate" would have another one made. Leave one out. A batch is of pictures that are sent: what is to be generated is a job of its own, for POST /v1/analysis.',
    );
  }
  if (hasPicture || generate) return;
  throw new DarkroomError(
    'image_missing',
    'There is neither an "image" nor "generate". Send the picture as a file part named image (curl -F image=@photo.jpg), in JSON as "image": {"base64": "…"}, or have one made: "generate": {"prompt": "a red star on a blue background"}.',
  );
}

function checkConcepts({ concepts, outputs = [] }: AnalysisFields): void {
  const blank = concepts?.findIndex((concept) => concept.trim() === '') ?? -1;
  if (blank >= 0) {
    const detail = `"concepts/${blank}" is blank. Name what the picture may show, such as "a red star", or leave it out.`;
    throw new DarkroomError('invalid_field', detail, {
      fields: [{ pointer: pointerTo('concepts', blank), detail }],
    });
  }
  if (concepts !== undefined || outputs.includes('embedding')) return;
  throw badField(
    'concepts',
    'There are no "concepts" to compare the picture with. Send a list of texts, such as ["a red star", "a blue circle"], or ask for "outputs": ["embedding"] alone.',
  );
}

function checkTemplate({ template }: AnalysisFields): void {
  if (template === undefined || template.includes(TEMPLATE_PLACE)) return;
  throw badField(
    'template',
    `"template" has no ${TEMPLATE_PLACE} for the concept to stand in. Write it as in "a photo of a ${TEMPLATE_PLACE}", or leave it out.`,
  );
}

function checkRegions({ regions, max_regions, segmentation_model }: AnalysisFields): void {
  if (regions !== undefined && max_regions !== undefined) {
    throw badField(
      'max_regions',
      '"max_regions" limits the regions that are found, and "regions" says where they are. Leave one out.',
    );
  }
  if (max_regions === 0 && segmentation_model !== undefined) {
    throw badField(
      'segmentation_model',
      'With a "max_regions" of 0 no regions are looked for, so "segmentation_model" is of no use. Leave one out.',
    );
  }
  if (regions === undefined) return;
  const prompts = regions as readonly PromptFields[];
  refusePromptFaults(prompts, 'regions', ({ points, box }) =>
    points !== undefined && box !== undefined
      ? [{ path: [], says: 'takes a box or points, and both came. Leave one out.' }]
      : [],
  );
  checkPrompts(prompts, 'regions');
}

function badField(name: string, detail: string): DarkroomError {
  return new DarkroomError('invalid_field', detail, { fields: [{ pointer: pointerTo(name), detail }] });
}
