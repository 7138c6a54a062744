import {
  type AnalysisFields,
  type AnalysisOptions,
  type AnalysisOutput,
  type AnalysisPart,
  type Capability,
  DarkroomError,
  DEFAULT_REGIONS_MAX,
  type GenerationOptions,
  type PromptOptions,
} from '@darkroom/contracts';
import type { JobPart } from '@darkroom/jobs';
import type { Services } from '../services.js';
import { pointerTo } from './check-fields.js';
import { checkSubmission } from './check-submission.js';
import { fitPrompts } from './fit-prompts.js';
import { generation } from './generation-task.js';
import { renamingFields } from './renaming-fields.js';
import { segmentation } from './segmentation-task.js';
import type { PictureSize, PlannedJob, TaskFields, TaskRules } from './task-rules.js';

/** How much of an analysis each part usually is; what counts is that a bar moves. */
const WEIGHTS: Readonly<Record<AnalysisPart, number>> = { generate: 8, picture: 1, masks: 4, regions: 2 };

interface AskedAnalysis {
  /** Of the model of image and text, with its defaults. */
  readonly options: AnalysisOptions;
  readonly fields: AnalysisFields;
  /** Null where it is to be generated. */
  readonly picture: PictureSize | null;
}

interface Chosen {
  readonly modelId: string;
  /** How many such jobs the request makes. */
  readonly jobs: number;
  readonly services: Services;
}

type PartPlan = Pick<JobPart, 'task' | 'model' | 'options'>;

/**
 * What an analysis takes beside its own model: one that makes the picture where there is none, and one that makes masks
 * unless the picture is looked at as a whole alone. Where its own does all, there are no parts.
 * @throws DarkroomError that names the field, or the kind of model that is missing
 */
export async function planAnalysis(
  asked: AskedAnalysis,
  { modelId, jobs, services }: Chosen,
): Promise<PlannedJob> {
  const { fields } = asked;
  const generate = fields.generate ? await planGeneration(fields.generate, services) : null;
  const picture = asked.picture ?? (generate!.options as unknown as PictureSize);
  const maxRegions = fields.max_regions ?? DEFAULT_REGIONS_MAX;
  const regions = fields.regions && fitPrompts(fields.regions, picture, 'regions');
  const masks =
    regions || maxRegions > 0
      ? await planMasks(regions ?? null, { maxRegions, fields, jobs, services })
      : null;
  const own = ownOptions(asked, generate !== null || masks !== null);
  if (!generate && !masks) return { options: { ...own.picture, max_regions: 0 }, parts: [] };

  const { concepts, template, region_crop, mask_format, polygon_tolerance, outputs, output_format } =
    own.whole;
  return {
    options: {
      ...(generate && { generate: { model: generate.model, ...ofGenerate(generate.options) } }),
      concepts,
      template,
      ...(regions ? { regions } : { max_regions: maxRegions }),
      segmentation_model: masks?.model ?? null,
      ...{ region_crop, mask_format, polygon_tolerance, outputs, output_format },
    },
    parts: arrange({
      ...(generate && { generate }),
      picture: { task: 'analysis', model: modelId, options: own.picture },
      ...(masks && { masks, regions: { task: 'analysis', model: modelId, options: own.regions } }),
    }),
  };
}

/** The options of the whole, and of the two parts that its own model does. */
function ownOptions({ options, fields }: AskedAnalysis, hasParts: boolean) {
  const whole = { ...options, concepts: fields.concepts ?? [] };
  const making = (...makes: AnalysisOutput[]) => options.outputs.filter((output) => makes.includes(output));
  const drawn: AnalysisOutput[] = hasParts && fields.max_regions !== 0 ? [] : ['overlay'];
  return {
    whole,
    picture: {
      ...whole,
      scored: 'picture' as const,
      regions: [],
      outputs: making('embedding', 'model_input', ...drawn),
    },
    regions: {
      ...whole,
      scored: 'regions' as const,
      regions: [],
      outputs: making('overlay', 'crops', 'embedding'),
    },
  };
}

/** What of a generation's options a request can have under `generate`: sent again, it asks for the same. */
function ofGenerate(options: PartPlan['options']): Record<string, unknown> {
  const { prompt, negative_prompt, width, height, steps, guidance_scale, scheduler, seed } =
    options as GenerationOptions;
  return {
    ...{ prompt: prompt[0], negative_prompt: negative_prompt[0], width, height, steps, guidance_scale },
    ...(scheduler && { scheduler }),
    seed: Array.isArray(seed) ? seed[0] : seed,
  };
}

async function planGeneration(
  fields: NonNullable<AnalysisFields['generate']>,
  services: Services,
): Promise<PartPlan> {
  for (const name of ['prompt', 'negative_prompt', 'seed'] as const) {
    if (!Array.isArray(fields[name]) || fields[name].length === 1) continue;
    const detail = `An analysis is of one picture, so "generate/${name}" takes one value, not a list of ${fields[name].length}. Send a job for each.`;
    throw new DarkroomError('invalid_field', detail, {
      fields: [{ pointer: pointerTo('generate', name), detail }],
    });
  }
  await refuseWithout('text_to_image', generation, fields.model, services, {
    what: 'makes pictures from texts, for "generate"',
    remedy: 'send an "image" instead',
  });
  return renamingFields(
    (path) => ['generate', ...path],
    () => planPart(generation, { ...fields, output_format: 'png' }, services),
  );
}

function planMasks(
  regions: readonly PromptOptions[] | null,
  about: {
    readonly maxRegions: number;
    readonly fields: AnalysisFields;
    readonly jobs: number;
    readonly services: Services;
  },
): Promise<PartPlan> {
  const { maxRegions, fields, jobs, services } = about;
  const { segmentation_model: model } = fields;
  const mode = regions ? 'prompts' : 'everything';
  return renamingFields(
    ([first, ...path]) =>
      first === 'prompts' ? ['regions', ...path] : ['segmentation_model', ...(first === 'model' ? path : [])],
    async () => {
      await refuseWithout(mode, segmentation, model, services, {
        what: `makes masks of ${regions ? '"regions"' : 'everything in a picture'}, as Segment Anything does`,
        remedy: 'send "max_regions": 0, to have the picture looked at as a whole alone',
      });
      const asked = regions
        ? { prompts: regions, multimask: false }
        : { automatic: { max_masks: maxRegions } };
      const options = { model, mode, ...asked, mask_format: 'rle', outputs: [] };
      return planPart(segmentation, options, services, jobs);
    },
  );
}

async function planPart(rules: TaskRules, fields: object, services: Services, jobs = 1): Promise<PartPlan> {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const about = { hasPicture: rules.picture === 'required', jobs };
  const checked = await checkSubmission(rules, given as TaskFields, { kind: 'job' }, services, about);
  return { task: checked.task, model: checked.modelId, options: checked.options };
}

/** Names the kind of model that is missing, where nobody ever served one and none was named. */
async function refuseWithout(
  capability: Capability,
  { task }: TaskRules,
  modelId: string | undefined,
  { models }: Services,
  { what, remedy }: { readonly what: string; readonly remedy: string },
): Promise<void> {
  if (modelId !== undefined || models.defaultOf(await models.read(), task, [capability])) return;
  throw new DarkroomError(
    'model_not_found',
    `An analysis of this kind takes a model that ${what}, and no worker has served one yet. Serve one, or ${remedy}.`,
  );
}

/** Which part waits for which, whose picture it has, and how much of the whole it is. */
function arrange(plans: Partial<Record<AnalysisPart, PartPlan>>): JobPart[] {
  const parts = Object.entries(plans) as [AnalysisPart, PartPlan][];
  const inAll = parts.reduce((sum, [name]) => sum + WEIGHTS[name], 0);
  const first: AnalysisPart[] = plans.generate ? ['generate'] : [];
  const after: Readonly<Record<AnalysisPart, readonly AnalysisPart[]>> = {
    generate: [],
    picture: first,
    masks: first,
    regions: ['masks'],
  };
  return parts.map(([name, plan]) => ({
    name,
    ...plan,
    after: after[name],
    pictureFrom: name === 'generate' ? null : (first[0] ?? null),
    share: WEIGHTS[name] / inAll,
  }));
}
