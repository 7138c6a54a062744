import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError } from '@darkroom/contracts';
import contentDisposition from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';

/** A file in the blob store, and how it is to be shown. */
export interface StoredFile {
  readonly blobKey: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Answers with a stored file: type, length, ETag, one byte range, `304` when the client has it already.
 * @param downloadName saved under this name instead of shown
 */
export async function answerWithFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  blobs: BlobStore,
  downloadName: string | null = null,
): Promise<FastifyReply> {
  const etag = `"${file.sha256.slice(0, 32)}"`;
  const type = downloadName === null ? 'inline' : 'attachment';
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, max-age=31536000, immutable')
    .header('content-disposition', contentDisposition(downloadName ?? file.name, { type }))
    // Uploaded bytes are never to run as a page, whatever they claim to be.
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox");
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  reply.type(file.mediaType);
  const range = readRange(request, file.bytes, etag);
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
  }
  if (range) {
    const bytes = await blobs.getRange(file.blobKey, range.start, range.end);
    if (bytes.length !== range.end - range.start + 1) throw gone(file.name);
    return reply
      .code(206)
      .header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`)
      .send(bytes);
  }
  const bytes = await blobs.get(file.blobKey);
  if (bytes === null) throw gone(file.name);
  return reply.send(bytes);
}

/** Several ranges at once are answered with the whole file, as RFC 9110 allows. */
function readRange(
  request: FastifyRequest,
  bytes: number,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | null {
  const header = request.headers.range;
  if (header === undefined || request.method !== 'GET') return null;
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return null;
  const ranges = parseRange(bytes, header);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim())) ?? false;
}

function gone(name: string): DarkroomError {
  return new DarkroomError('no_longer_kept', `The file ${name} is no longer kept.`);
}
