import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import type { FastifyError, FastifyRequest } from 'fastify';

const REDIS_RETRY_AFTER_SECONDS = 2;
const STORAGE_RETRY_AFTER_SECONDS = 30;

const FORM_ADVICE =
  'Let your HTTP client build the form: with curl use -F image=@photo.jpg, with fetch pass FormData and set no Content-Type yourself.';
const TOO_MANY_PARTS = 'The form has more parts than any task has fields. Send one picture and its fields.';

/** Fastify's and its plugins' own errors, as ours. */
const BY_FASTIFY_CODE: Readonly<Record<string, readonly [code: ErrorCode, detail: string]>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    'The body has another length than its Content-Length says. Let your HTTP client set that header.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'upload_too_large',
    'The body is larger than MAX_UPLOAD_BYTES of the service allows (GET /v1 shows it under limits). Send a smaller or more compressed picture, or raise the limit.',
  ],
  FST_INVALID_JSON_FIELD_ERROR: [
    'malformed_json',
    'A part of the form has the type application/json but holds something else. Check quotes and commas, or give the part no type.',
  ],
  FST_PARTS_LIMIT: ['malformed_multipart', TOO_MANY_PARTS],
  FST_FILES_LIMIT: ['malformed_multipart', TOO_MANY_PARTS],
  FST_FIELDS_LIMIT: ['malformed_multipart', TOO_MANY_PARTS],
  FST_PROTO_VIOLATION: [
    'malformed_multipart',
    'A part of the form has a name that no field can have, such as "__proto__" or "constructor". Send only the fields of the task.',
  ],
  FST_MP_PREMATURE_CLOSE: ['malformed_multipart', `The form broke off before its end. ${FORM_ADVICE}`],
};

/** What was thrown, as an error that can be answered. Everything unknown is an `internal_error`. */
export function asDarkroomError(error: unknown, request: FastifyRequest): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const { code = '', message, statusCode } = error as FastifyError;
  const cause = { cause: error };
  const known = BY_FASTIFY_CODE[code];
  if (known) return new DarkroomError(...known, cause);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedMediaType(request.headers['content-type']);
  if (request.raw.destroyed && !request.raw.complete) {
    return new DarkroomError(
      'malformed_request',
      'The client hung up before its request had arrived.',
      cause,
    );
  }
  const ofRedis = asRedisError(error as Error);
  if (ofRedis) return ofRedis;
  if (isMultipartFault(request, message)) {
    return new DarkroomError(
      'malformed_multipart',
      `The form could not be read: ${asSentence(message)} ${FORM_ADVICE}`,
      cause,
    );
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new DarkroomError(
      'malformed_request',
      `The request could not be read: ${asSentence(message)}`,
      cause,
    );
  }
  return new DarkroomError(
    'internal_error',
    `Something went wrong inside Darkroom; the log has the details under the request id ${request.id}.`,
    cause,
  );
}

/** @param came the request's Content-Type */
export function unsupportedMediaType(came: string | undefined): DarkroomError {
  const what = came ? `"${came.slice(0, 80)}" came` : 'the request has none';
  return new DarkroomError(
    'unsupported_media_type',
    `The Content-Type must be multipart/form-data, application/json or, with the picture itself as the body, image/*; ${what}. With curl: -F image=@photo.jpg.`,
  );
}

/** busboy reports a form that breaks off, has no parts or an endless boundary (the needle) with plain errors. */
function isMultipartFault(request: FastifyRequest, message: string): boolean {
  return (
    request.isMultipart() &&
    /unexpected end|multipart|malformed part|terminated early|boundary|premature|needle/i.test(message)
  );
}

function asRedisError(error: Error): DarkroomError | null {
  if (/\bOOM command not allowed|MISCONF\b/.test(error.message)) {
    const detail =
      'Redis has no room for more, so nothing was accepted. Delete jobs, shorten keep_seconds, or raise its memory limit.';
    return new DarkroomError('storage_full', detail, {
      retryAfterSeconds: STORAGE_RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  const isAway =
    /enableOfflineQueue|Connection is closed|max retries per request|Command timed out|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|LOADING|READONLY/i.test(
      error.message,
    ) || error.name === 'MaxRetriesPerRequestError';
  if (!isAway) return null;
  const detail =
    'Redis does not answer, so the request was not carried out. The service recovers by itself when Redis is back; send it again after Retry-After seconds.';
  return new DarkroomError('redis_unavailable', detail, {
    retryAfterSeconds: REDIS_RETRY_AFTER_SECONDS,
    cause: error,
  });
}

function asSentence(message: string): string {
  return `${message.replace(/\.$/, '')}.`;
}
