import { DarkroomError, ERRORS, type ErrorCode, type Problem } from '@darkroom/contracts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const REDIS_RETRY_AFTER_SECONDS = 2;

/** Fastify's and its plugins' own errors, as ours. */
const BY_FASTIFY_CODE: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'upload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported_media_type',
  FST_REQ_FILE_TOO_LARGE: 'upload_too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'malformed_multipart',
  FST_PARTS_LIMIT: 'malformed_multipart',
  FST_FILES_LIMIT: 'malformed_multipart',
  FST_FIELDS_LIMIT: 'malformed_multipart',
  FST_PROTO_VIOLATION: 'malformed_multipart',
  FST_NO_FORM_DATA: 'malformed_multipart',
};

/** Answers every error, expected or not, as RFC 9457 problem details. */
export function addProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) =>
    answerProblem(asDarkroomError(error, request), error, request, reply),
  );
}

export function answerProblem(
  problem: DarkroomError,
  cause: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status } = ERRORS[problem.code];
  if (problem.code === 'internal_error') request.log.error({ err: cause }, 'request failed');
  else request.log.info({ code: problem.code, detail: problem.message }, 'request refused');
  if (problem.retryAfterSeconds !== null) reply.header('retry-after', String(problem.retryAfterSeconds));
  // What is left of an upload that was refused is not worth reading.
  if (status === 413) reply.header('connection', 'close');
  return reply.code(status).type('application/problem+json').send(toProblem(problem, request.id));
}

function toProblem(error: DarkroomError, requestId: string): Problem {
  const { status, title, retryable } = error.kind;
  return {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    retryable,
    request_id: requestId,
    ...(error.fields.length > 0 ? { errors: [...error.fields] } : {}),
  };
}

function asDarkroomError(error: unknown, request: FastifyRequest): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const { code = '', message, statusCode } = error as FastifyError;
  const known = BY_FASTIFY_CODE[code];
  if (known) return new DarkroomError(known, describe(known, message, request), { cause: error });
  const ofRedis = asRedisError(error as Error);
  if (ofRedis) return ofRedis;
  if (isMultipartFault(request, message)) {
    return new DarkroomError('malformed_multipart', describe('malformed_multipart', message, request), {
      cause: error,
    });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new DarkroomError('malformed_json', `The request could not be read: ${message}.`, {
      cause: error,
    });
  }
  return new DarkroomError(
    'internal_error',
    `Something went wrong inside Darkroom; the log has the details under the request id ${request.id}.`,
    { cause: error },
  );
}

function describe(code: ErrorCode, message: string, request: FastifyRequest): string {
  const type = request.headers['content-type'];
  if (code === 'unsupported_media_type') {
    const came = type ? `"${type.slice(0, 80)}" came` : 'the request has no Content-Type';
    return `Send multipart/form-data, application/json or the picture itself as image/*; ${came}. With curl: -F image=@photo.jpg.`;
  }
  return `${message.replace(/\.$/, '')}. ${ERRORS[code].help}`;
}

/** busboy reports a form that breaks off or has no parts with plain errors. */
function isMultipartFault(request: FastifyRequest, message: string): boolean {
  return request.isMultipart() && /unexpected end|multipart|malformed part|boundary|premature/i.test(message);
}

function asRedisError(error: Error): DarkroomError | null {
  const retryAfterSeconds = REDIS_RETRY_AFTER_SECONDS;
  if (/\bOOM command not allowed|MISCONF\b/.test(error.message)) {
    const detail =
      'Redis has no room for more, so nothing was accepted. Delete jobs, shorten keep_seconds, or raise its memory limit.';
    return new DarkroomError('storage_full', detail, { retryAfterSeconds: 30, cause: error });
  }
  const isAway =
    /enableOfflineQueue|Connection is closed|max retries per request|Command timed out|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|LOADING|READONLY/i.test(
      error.message,
    ) || error.name === 'MaxRetriesPerRequestError';
  if (!isAway) return null;
  const detail =
    'Redis does not answer, so nothing was accepted. The service recovers by itself when it is back; try again.';
  return new DarkroomError('redis_unavailable', detail, { retryAfterSeconds, cause: error });
}
