import { DarkroomError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import type { TObject } from 'typebox';
import { unsupportedMediaType } from '../plugins/framework-errors.js';
import { ANSWER_PARAMETERS, isAnswerParameter } from '../wanted-answer.js';
import { checkFields } from './check-fields.js';
import { type FormTexts, readFormFields } from './form-fields.js';
import { readMultipartForm } from './multipart-form.js';
import { type PictureSource, readPictureSource } from './picture-source.js';

/** What came with a request: the fields, not yet checked, and where the picture is. */
interface Submission {
  readonly fields: Record<string, unknown>;
  readonly picture: PictureSource;
}

/**
 * Reads a submission in any of the ways a picture can come: a form, JSON, or the picture as the body.
 * @param schema the task's fields, without the picture
 */
export async function readSubmission(
  request: FastifyRequest,
  schema: TObject,
  maxUploadBytes: number,
): Promise<Submission> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType.startsWith('image/')) return readRaw(request, schema);
  refuseQueryFields(request);
  if (request.isMultipart()) return readForm(request, schema, maxUploadBytes);
  return readJson(request, maxUploadBytes);
}

function readRaw(request: FastifyRequest, schema: TObject): Submission {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return {
    fields: readFormFields(schema, queryTexts(request)),
    picture: { kind: 'bytes', bytes, fileName: null },
  };
}

async function readForm(
  request: FastifyRequest,
  schema: TObject,
  maxUploadBytes: number,
): Promise<Submission> {
  const { texts, file } = await readMultipartForm(request, maxUploadBytes);
  const imageTexts = texts.get('image') ?? [];
  const others = new Map([...texts].filter(([name]) => name !== 'image'));
  const fields = readFormFields(schema, others);
  if (file && imageTexts.length > 0) throw twoPictures();
  if (file) return { fields, picture: { kind: 'bytes', ...file } };
  if (imageTexts.length > 1) throw twoPictures();
  const [imageText] = imageTexts;
  if (imageText === undefined) throw imageMissing([...texts.keys()], 'form');
  return { fields, picture: readPictureSource(parseIfObject(imageText), maxUploadBytes) };
}

function readJson(request: FastifyRequest, maxUploadBytes: number): Submission {
  const { body } = request;
  if (body === undefined) throw noBody(request.headers['content-type']);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    // Says what a body is to look like; there is no schema that takes anything but an object.
    checkFields({ properties: {} } as TObject, body);
  }
  const { image, ...fields } = body as Record<string, unknown>;
  if (image === undefined) throw imageMissing(Object.keys(fields), 'JSON body');
  return { fields, picture: readPictureSource(image, maxUploadBytes) };
}

function noBody(contentType: string | undefined): DarkroomError {
  if (contentType === undefined) return unsupportedMediaType(contentType);
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
