import { BATCH_MAX_PICTURES, DarkroomError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import { unsupportedMediaType } from '../plugins/framework-errors.js';
import { textLimitBytes } from '../text-limit.js';
import type { FormTexts } from './form-fields.js';
import { CollectedTexts, FIELDS_MAX, namelessPart, readFile, textOf } from './multipart-form.js';
import type { PictureIntake } from './picture-intake.js';
import { readPictureSource } from './picture-source.js';
import { parseIfObject } from './read-submission.js';

/** The fields of a batch, as a form or as JSON has them; its pictures have gone to the intake. */
export type BatchFields =
  | { readonly kind: 'form'; readonly texts: FormTexts }
  | { readonly kind: 'json'; readonly fields: Readonly<Record<string, unknown>> };

/** Reads the body of a batch: a form with many parts `image`, or JSON with `images`. */
export async function readBatch(
  request: FastifyRequest,
  intake: PictureIntake,
  maxUploadBytes: number,
): Promise<BatchFields> {
  if (request.isMultipart()) return { kind: 'form', texts: await readForm(request, intake, maxUploadBytes) };
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Buffer.isBuffer(body)) {
    throw unsupportedMediaType(request.headers['content-type']);
  }
  const { images, ...fields } = body as Record<string, unknown>;
  if (images !== undefined && !Array.isArray(images)) {
    const detail = '"images" takes a list of pictures, each in one of the forms that "image" has.';
    throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/images', detail }] });
  }
  for (const image of (images ?? []) as unknown[]) {
    refuseTooMany(intake);
    await intake.take(null, () => readPictureSource(image, maxUploadBytes));
  }
  return { kind: 'json', fields };
}

async function readForm(
  request: FastifyRequest,
  intake: PictureIntake,
  maxUploadBytes: number,
): Promise<FormTexts> {
  const texts = new CollectedTexts(maxUploadBytes);
  const limits = {
    fileSize: maxUploadBytes,
    fieldSize: textLimitBytes(maxUploadBytes),
    fields: FIELDS_MAX + BATCH_MAX_PICTURES,
    // One more than allowed, so that too many are refused with the reason.
    files: BATCH_MAX_PICTURES + 1,
    parts: FIELDS_MAX + BATCH_MAX_PICTURES + 1,
    headerPairs: 100,
  };
  for await (const part of request.parts({ limits })) {
    if ((part.fieldname as string | undefined) === undefined) throw namelessPart();
    if (part.type === 'file') {
      refuseTooMany(intake);
      const fileName = part.filename ? part.filename.slice(0, 255) : null;
      await intake.take(fileName, async () => ({ kind: 'bytes', ...(await readFile(part, maxUploadBytes)) }));
      // What was not read of a picture that is refused would hold up the parts behind it.
      part.file.resume();
      continue;
    }
    const text = textOf(part, maxUploadBytes);
    if (part.fieldname === 'image') {
      texts.count(text);
      refuseTooMany(intake);
      await intake.take(null, () => readPictureSource(parseIfObject(text), maxUploadBytes));
    } else {
      texts.add(part.fieldname, text);
    }
  }
  return texts.byName;
}

function refuseTooMany({ count }: PictureIntake): void {
  if (count < BATCH_MAX_PICTURES) return;
  const detail = `A batch takes ${BATCH_MAX_PICTURES} pictures at most, more came. Send the rest as another batch.`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/images', detail }] });
}
