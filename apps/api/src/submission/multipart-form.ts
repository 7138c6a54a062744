import { DarkroomError, GENERATED_PICTURES_MAX } from '@darkroom/contracts';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { uploadTooLarge } from '../upload-too-large.js';
import type { FormTexts } from './form-fields.js';
import { twoPictures } from './read-submission.js';

/** A form has so many parts at most: prompts may come as one each, beside all the fields of a task. */
export const FIELDS_MAX = GENERATED_PICTURES_MAX + 32;

/** Base64 of a picture may stand in a text field; it is a third longer than the bytes, and line breaks add to it. */
export const TEXT_PER_BYTE = 1.4;

interface MultipartForm {
  readonly texts: FormTexts;
  readonly file: { readonly bytes: Buffer; readonly fileName: string | null } | null;
}

/** How a form is read whose picture is not where /v1 has it. */
interface FormReading {
  /** Name of the file part with the picture. */
  readonly fileField: string;
  /** Takes the first part of that name, and passes over files of other names, as most servers do. */
  readonly passOverOthers: boolean;
}

/** Reads a form with at most one file, the picture. Parts can come in any order. */
export async function readMultipartForm(
  request: FastifyRequest,
  maxFileBytes: number,
  { fileField, passOverOthers }: FormReading = { fileField: 'image', passOverOthers: false },
): Promise<MultipartForm> {
  const texts = new Map<string, string[]>();
  let file: MultipartForm['file'] = null;
  const limits = {
    fileSize: maxFileBytes,
    fieldSize: Math.ceil(maxFileBytes * TEXT_PER_BYTE),
    fields: FIELDS_MAX,
    files: 2,
    parts: FIELDS_MAX,
    headerPairs: 100,
  };
  for await (const part of request.parts({ limits })) {
    // Typed as always there, but taken from a header that need not have it.
    if ((part.fieldname as string | undefined) === undefined) throw namelessPart();
    if (part.type === 'file') {
      if (passOverOthers && (file || part.fieldname !== fileField)) {
        part.file.resume();
        continue;
      }
      if (file) throw twoPictures();
      file = await readFile(part, maxFileBytes, fileField);
    } else {
      if (part.valueTruncated) throw uploadTooLarge(maxFileBytes);
      // A part that says it is JSON comes parsed.
      const text = typeof part.value === 'string' ? part.value : JSON.stringify(part.value);
      texts.set(part.fieldname, [...(texts.get(part.fieldname) ?? []), text]);
    }
  }
  return { texts, file };
}

export function namelessPart(): DarkroomError {
  return new DarkroomError(
    'malformed_multipart',
    'A part of the form has no name. Its head must say Content-Disposition: form-data; name="image" (or the name of a field).',
  );
}

/** The bytes of a file part, which must be the picture's. @throws DarkroomError */
export async function readFile(
  part: MultipartFile,
  maxFileBytes: number,
  fieldName = 'image',
): Promise<{ readonly bytes: Buffer; readonly fileName: string | null }> {
  if (part.fieldname !== fieldName) {
    throw new DarkroomError(
      'image_missing',
      `The picture goes into a file part named "${fieldName}"; a file part named "${part.fieldname.slice(0, 40)}" came. With curl: -F ${fieldName}=@photo.jpg.`,
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of part.file) chunks.push(chunk as Buffer);
  if (part.file.truncated) throw uploadTooLarge(maxFileBytes);
  return { bytes: Buffer.concat(chunks), fileName: part.filename ? part.filename.slice(0, 255) : null };
}
