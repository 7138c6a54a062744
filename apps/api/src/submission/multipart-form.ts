import { DarkroomError, GENERATED_PICTURES_MAX } from '@darkroom/contracts';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { textLimitBytes } from '../text-limit.js';
import { uploadTooLarge } from '../upload-too-large.js';
import { pointerTo } from './check-fields.js';
import type { FormTexts } from './form-fields.js';
import { isNestedTooDeep, LEVELS_MAX } from './is-nested-too-deep.js';
import { twoPictures } from './read-submission.js';

/** A form has so many parts at most: prompts may come as one each, beside all the fields of a task. */
export const FIELDS_MAX = GENERATED_PICTURES_MAX + 32;

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
  const texts = new CollectedTexts(maxFileBytes);
  let file: MultipartForm['file'] = null;
  const limits = {
    fileSize: maxFileBytes,
    fieldSize: textLimitBytes(maxFileBytes),
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
      texts.add(part.fieldname, textOf(part, maxFileBytes));
    }
  }
  return { texts: texts.byName, file };
}

/** The texts of a form, which together may have as many bytes as a body of JSON. */
export class CollectedTexts {
  readonly byName = new Map<string, string[]>();
  readonly #maxFileBytes: number;
  #bytesLeft: number;

  constructor(maxFileBytes: number) {
    this.#maxFileBytes = maxFileBytes;
    this.#bytesLeft = textLimitBytes(maxFileBytes);
  }

  /** Counts a text that is kept elsewhere, or nowhere. @throws DarkroomError `upload_too_large` */
  count(text: string): void {
    this.#bytesLeft -= Buffer.byteLength(text);
    if (this.#bytesLeft < 0) throw uploadTooLarge(this.#maxFileBytes);
  }

  add(name: string, text: string): void {
    this.count(text);
    const given = this.byName.get(name);
    if (given) given.push(text);
    else this.byName.set(name, [text]);
  }
}

/** @throws DarkroomError `upload_too_large`; `invalid_field` for JSON nested too deep to be written down again */
export function textOf(part: MultipartValue, maxFileBytes: number): string {
  const { fieldname, value, valueTruncated } = part;
  if (valueTruncated) throw uploadTooLarge(maxFileBytes);
  if (typeof value === 'string') return value;
  // A part that says it is JSON comes parsed.
  if (!isNestedTooDeep(value, LEVELS_MAX)) return JSON.stringify(value);
  const detail = `"${fieldname.slice(0, 40)}" may be nested ${LEVELS_MAX} levels deep; what came is deeper.`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: pointerTo(fieldname), detail }] });
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
