import { DarkroomError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { unsupportedMediaType } from '../plugins/framework-errors.js';
import { ANSWER_PARAMETERS, isAnswerParameter } from '../wanted-answer.js';
import { checkFields } from './check-fields.js';
import { type FormTexts, readFormFields } from './form-fields.js';
import { readMultipartForm } from './multipart-form.js';
import { type PictureSource, readPictureSource } from './picture-source.js';
import type { TaskRules } from './task-rules.js';

/** What came with a request: the fields, not yet checked, and where the picture is; null where none has to be, and none is. */
export interface Submission {
  readonly fields: Record<string, unknown>;
  readonly picture: PictureSource | null;
}

/**
 * Reads a submission in any of the ways a picture can come: a form, JSON, or the picture as the body. What needs no
 * picture needs something else, which the picture alone doesn't have.
 */
export async function readSubmission(
  request: FastifyRequest,
  rules: TaskRules,
  maxUploadBytes: number,
): Promise<Submission> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType.startsWith('image/')) return readRaw(request, rules, mediaType);
  refuseQueryFields(request);
  if (request.isMultipart()) return readForm(request, rules, maxUploadBytes);
  return readJson(request, rules, maxUploadBytes);
}

function readRaw(request: FastifyRequest, rules: TaskRules, mediaType: string): Submission {
  if (rules.picture === 'optional') throw pictureAlone(rules, mediaType);
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return {
    fields: readFormFields(rules.fieldsSchema, queryTexts(request)),
    picture: { kind: 'bytes', bytes, fileName: null },
  };
}

async function readForm(
  request: FastifyRequest,
  rules: TaskRules,
  maxUploadBytes: number,
): Promise<Submission> {
  const { texts, file } = await readMultipartForm(request, maxUploadBytes);
  const imageTexts = texts.get('image') ?? [];
  const others = new Map([...texts].filter(([name]) => name !== 'image'));
  const fields = readFormFields(rules.fieldsSchema, others);
  if (file && imageTexts.length > 0) throw twoPictures();
  if (file) return { fields, picture: { kind: 'bytes', ...file } };
  if (imageTexts.length > 1) throw twoPictures();
  const [imageText] = imageTexts;
  if (imageText === undefined) return withoutPicture(fields, rules, 'form');
  return { fields, picture: readPictureSource(parseIfObject(imageText), maxUploadBytes) };
}

function readJson(request: FastifyRequest, rules: TaskRules, maxUploadBytes: number): Submission {
  const { body } = request;
  if (body === undefined) throw noBody(request.headers['content-type'], rules);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    // Says what a body is to look like; there is no schema that takes anything but an object.
    checkFields(Type.Object({}), body);
  }
  const { image, ...fields } = body as Record<string, unknown>;
  if (image === undefined) return withoutPicture(fields, rules, 'JSON body');
  return { fields, picture: readPictureSource(image, maxUploadBytes) };
}

/** @throws DarkroomError `image_missing` where a job can't be without */
function withoutPicture(fields: Record<string, unknown>, { picture }: TaskRules, where: string): Submission {
  if (picture === 'required') throw imageMissing(Object.keys(fields), where);
  return { fields, picture: null };
}

function pictureAlone({ task }: TaskRules, came: string): DarkroomError {
  return new DarkroomError(
    'unsupported_media_type',
    `A picture alone says nothing of what is to be made, so the Content-Type of a ${task} must be multipart/form-data or application/json; "${came.slice(0, 80)}" came. With curl: -F prompt="a red boat" -F image=@photo.jpg.`,
  );
}

function noBody(contentType: string | undefined, { picture }: TaskRules): DarkroomError {
  if (contentType === undefined) return unsupportedMediaType(contentType);
  if (picture === 'optional') {
    return new DarkroomError(
      'malformed_json',
      'The body is empty. Send a JSON object with the prompt: {"prompt": "…"}, or a form: curl -F prompt="a red boat".',
    );
  }
  return new DarkroomError(
    'malformed_json',
    'The body is empty. Send a JSON object with the picture: {"image": {"base64": "…"}}, or a form: curl -F image=@photo.jpg.',
  );
}

function queryTexts(request: FastifyRequest): FormTexts {
  const query = request.query as Record<string, string | string[]>;
  const fields = Object.entries(query).filter(([name]) => !isAnswerParameter(name));
  return new Map(fields.map(([name, value]) => [name, [value].flat()]));
}

function refuseQueryFields(request: FastifyRequest): void {
  const names = Object.keys(request.query as object).filter((name) => !isAnswerParameter(name));
  if (names.length === 0) return;
  throw new DarkroomError(
    'unknown_field',
    `In the query of a form or JSON submission only ${ANSWER_PARAMETERS.join(', ')} can stand, got ${names.join(', ').slice(0, 200)}. Put fields into the body.`,
  );
}

/** A text field of a form as the value it stands for: an object if it looks like one. */
export function parseIfObject(text: string): unknown {
  if (!text.trim().startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DarkroomError(
      'invalid_field',
      `The field "image" looks like JSON but is not: ${(error as Error).message}.`,
      {
        fields: [{ pointer: '#/image', detail: 'Send valid JSON, or the picture as a file part.' }],
      },
    );
  }
}

export function twoPictures(): DarkroomError {
  return new DarkroomError(
    'invalid_field',
    'Two pictures came; one job takes one. Submit one job for each.',
    {
      fields: [{ pointer: '#/image', detail: 'Send one picture.' }],
    },
  );
}

function imageMissing(names: readonly string[], where: string): DarkroomError {
  const came = names.length === 0 ? 'nothing' : names.map((name) => `"${name.slice(0, 40)}"`).join(', ');
  return new DarkroomError(
    'image_missing',
    `There is no "image" in the ${where}; ${came} came. Send the picture as a file part named image (curl -F image=@photo.jpg), or in JSON as "image": {"base64": "…"}.`,
  );
}
