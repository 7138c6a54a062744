import { type DarkroomError, ERRORS, type Problem } from '@darkroom/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asDarkroomError } from './framework-errors.js';

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
  // Fastify closes connections whose body it has not read; see `unread-uploads.ts` for what happens instead.
  reply.removeHeader('connection');
  return reply.code(status).type('application/problem+json').send(toProblem(problem, request.id));
}

export function toProblem(error: DarkroomError, requestId: string): Problem {
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
