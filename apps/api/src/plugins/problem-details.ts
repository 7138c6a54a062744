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
  prepareRefusal(problem, cause, request, reply);
  const { status } = ERRORS[problem.code];
  return reply.code(status).type('application/problem+json').send(toProblem(problem, request.id));
}

/** Logs an error, and says when to try again, in whatever shape it is answered. */
export function prepareRefusal(
  problem: DarkroomError,
  cause: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (problem.code === 'internal_error') request.log.error({ err: cause }, 'request failed');
  else request.log.info({ code: problem.code, detail: problem.message }, 'request refused');
  if (problem.retryAfterSeconds !== null) reply.header('retry-after', String(problem.retryAfterSeconds));
  keepConnection(reply);
}

/** Fastify closes connections whose body it has not read; see `unread-uploads.ts` for what happens instead. */
export function keepConnection(reply: FastifyReply): void {
  reply.removeHeader('connection');
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
