import {
  CONCEPT_CHARACTERS_MAX,
  CONCEPTS_MAX,
  GENERATED_PICTURES_MAX,
  PROMPT_CHARACTERS_MAX,
  REGIONS_MAX,
} from '@darkroom/contracts';
import { type Static, Type } from 'typebox';
import { checkFields } from '../../submission/check-fields.js';
import { OriginalError } from '../error-shape.js';

const PromptSchema = Type.String({ minLength: 1, maxLength: PROMPT_CHARACTERS_MAX });
const TextSchema = Type.String({ minLength: 1, maxLength: CONCEPT_CHARACTERS_MAX });
/** What a point has, and what a box. */
const COORDINATES = [2, 4];

const whereAndWhat = {
  texts: Type.Union([TextSchema, Type.Array(TextSchema, { minItems: 1, maxItems: CONCEPTS_MAX })], {
    description: 'What the picture, and each region, is compared with: a text or a list of texts.',
  }),
  roi: Type.Optional(
    Type.Array(Type.Array(Type.Number(), { maxItems: Math.max(...COORDINATES) }), {
      maxItems: REGIONS_MAX,
      description: 'Points [x, y] and boxes [x0, y0, x1, y1], in pixels of the picture.',
    }),
  ),
};

/** `POST /api/generate` */
const GenerateSchema = Type.Object({
  prompt: Type.Union([PromptSchema, Type.Array(PromptSchema, { maxItems: GENERATED_PICTURES_MAX })]),
});
/** `POST /api/adv/generate` */
const AdvancedGenerateSchema = Type.Object({ prompt: PromptSchema, ...whereAndWhat });
/** `POST /api/analyze` */
const AnalyzeSchema = Type.Object({
  image: Type.String({ minLength: 1, description: 'The picture in base64.' }),
  ...whereAndWhat,
});

type WhereAndWhat = Pick<Static<typeof AnalyzeSchema>, 'texts' | 'roi'>;
/** The concepts and regions of an analysis. */
export type AskedRegions = ReturnType<typeof askedRegionsOf>;

/** @throws OriginalError for a prompt that is empty or none, DarkroomError for one that is too much */
export function readPrompts(body: unknown): string | readonly string[] {
  const { prompt } = fieldsOf(body);
  const isList = Array.isArray(prompt);
  // What is longer than it may be is not looked through.
  const looked = isList ? prompt.slice(0, GENERATED_PICTURES_MAX) : [prompt];
  if (looked.length === 0 || !looked.every(isPrompt)) {
    throw invalidPrompt('a non-empty string or non empty list of strings');
  }
  return checkFields(GenerateSchema, { prompt }).prompt;
}

/** @throws OriginalError, DarkroomError */
export function readAdvancedGenerate(body: unknown): { readonly prompt: string } & AskedRegions {
  const { prompt, ...others } = fieldsOf(body);
  // One picture is looked at, so a list is none.
  if (!isPrompt(prompt)) throw invalidPrompt('a non-empty string');
  const asked = checkFields(AdvancedGenerateSchema, { prompt, ...whereAndWhatOf(others) });
  return { prompt: asked.prompt, ...askedRegionsOf(asked) };
}

/** @throws OriginalError, DarkroomError */
export function readAnalyze(body: unknown): { readonly image: string } & AskedRegions {
  const { image, ...others } = fieldsOf(body);
  const sent = image === undefined ? {} : { image };
  const asked = checkFields(AnalyzeSchema, { ...sent, ...whereAndWhatOf(others) });
  return { image: asked.image, ...askedRegionsOf(asked) };
}

/** Bodies of another kind count as none, so that what is missing is told. */
function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** Other fields are passed over, as the original does. */
function whereAndWhatOf({ texts, roi }: Readonly<Record<string, unknown>>) {
  return { ...(texts !== undefined && { texts }), ...(roi !== undefined && roi !== null && { roi }) };
}

function askedRegionsOf({ texts, roi = [] }: WhereAndWhat) {
  const concepts = [texts].flat();
  if (roi.length === 0) return { concepts };
  return { concepts, regions: roi.map(regionOf) };
}

function regionOf(place: readonly number[], index: number) {
  if (!COORDINATES.includes(place.length)) {
    const error = `"roi/${index}" takes a point [x, y] or a box [x0, y0, x1, y1], got ${JSON.stringify(place)}.`;
    throw new OriginalError(422, { error });
  }
  const [x, y] = place as [number, number];
  return place.length === 2 ? { points: [{ x, y }] } : { box: [...place] };
}

function isPrompt(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function invalidPrompt(takes: string): OriginalError {
  return new OriginalError(400, { error: `Invalid prompt. It should be ${takes}` });
}
