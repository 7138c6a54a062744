import type { FastifyRequest } from 'fastify';
import { readMultipartForm } from '../../submission/multipart-form.js';
import { decodeBase64 } from '../../submission/picture-source.js';
import type { SentPicture } from '../compat-jobs.js';
import { OriginalError } from '../error-shape.js';
import { readFileName } from '../read-file-name.js';

/** Reads `POST /invocations`: JSON with the picture in base64, or a form. @throws OriginalError, DarkroomError */
export async function readInvocation(request: FastifyRequest, maxBytes: number): Promise<SentPicture> {
  if (request.isMultipart()) {
    const { texts, file } = await readForm(request, 'image', maxBytes);
    const fileName = checkedFileName(texts.get('filename')?.at(-1));
    return fileName === null ? file : { ...file, fileName };
  }
  const { image, filename } = (request.body ?? {}) as { image?: unknown; filename?: unknown };
  if (typeof image !== 'string' || image === '') throw noPicture('image');
  const fileName = checkedFileName(filename);
  // What a browser's FileReader gives begins so.
  const base64 = image.replace(/^data:[^,]{0,100},/, '');
  return { bytes: decodeBase64(base64, maxBytes, '#/image'), fileName };
}

/** Reads `POST /upload`. @throws OriginalError, DarkroomError */
export async function readUpload(
  request: FastifyRequest,
  maxBytes: number,
): Promise<{ readonly picture: SentPicture; readonly isCropped: boolean }> {
  const { texts, file } = await readForm(request, 'file', maxBytes);
  const crop = texts.get('auto_crop')?.at(-1) ?? '0';
  if (crop === '0' || crop === '1') return { picture: file, isCropped: crop === '1' };
  throw new OriginalError(400, { error: `"auto_crop" takes 0 or 1, got "${crop.slice(0, 40)}".` });
}

async function readForm(request: FastifyRequest, fileField: string, maxBytes: number) {
  if (!request.isMultipart()) throw noPicture(fileField);
  const { texts, file } = await readMultipartForm(request, maxBytes, { fileField, passOverOthers: true });
  if (!file) throw noPicture(fileField);
  return { texts, file };
}

function checkedFileName(given: unknown): string | null {
  if (given === undefined || given === null || given === '') return null;
  const name = typeof given === 'string' ? readFileName(given) : null;
  if (name !== null) return name;
  const shown = JSON.stringify(given).slice(0, 80);
  throw new OriginalError(400, {
    error: `"filename" takes the name of a file such as cat.jpg, no absolute path and none with "..", got ${shown}.`,
  });
}

function noPicture(field: string): OriginalError {
  const how =
    field === 'file' ? 'as the file part of a form' : 'as JSON in base64, or as the file part of a form';
  return new OriginalError(400, { error: `There is no "${field}": send the picture ${how}.` });
}
