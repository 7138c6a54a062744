import type { ErrorCode } from '@darkroom/contracts';
import type { LiteralRequest, PlainRequest } from '../send-request.js';

/** A request that is to be refused, and how. */
export interface BadRequest {
  readonly name: string;
  readonly send: PlainRequest | LiteralRequest;
  readonly code: ErrorCode;
  /** What the detail must say. */
  readonly says: RegExp;
}

export function bad(name: string, send: BadRequest['send'], code: ErrorCode, says: RegExp): BadRequest {
  return { name, send, code, says };
}

/** What a good request looks like, for bad ones to differ from in one thing. */
export interface Material {
  readonly photo: Buffer;
  readonly jpeg: Buffer;
  /** A job that has succeeded. */
  readonly jobId: string;
  readonly maxUploadBytes: number;
}

export const BOUNDARY = 'x-boundary-x';

/** A part of a form: its head without the disposition's type, and its content. */
export interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly contentType?: string;
  readonly content: Buffer | string;
}

/** A form as bytes, for tests to spoil. */
export function formBytes(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, fileName, contentType, content }) => [
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n`,
    contentType === undefined ? '' : `content-type: ${contentType}\r\n`,
    '\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece)));
}

export function form(parts: readonly Part[]): PlainRequest {
  return formOfBytes(formBytes(parts));
}

export function formOfBytes(
  body: Buffer | string,
  contentType = `multipart/form-data; boundary=${BOUNDARY}`,
): PlainRequest {
  return { headers: { 'content-type': contentType }, body };
}

export function json(body: unknown): PlainRequest {
  return jsonText(JSON.stringify(body));
}

export function jsonText(body: Buffer | string): PlainRequest {
  return { headers: { 'content-type': 'application/json' }, body };
}

export function raw(body: Buffer | string, query = ''): PlainRequest {
  return { path: `/v1/segmentation${query}`, headers: { 'content-type': 'image/png' }, body };
}

/** JSON of lists in one another. */
export function nestedLists(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}
