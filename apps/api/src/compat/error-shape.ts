import type { DarkroomError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asDarkroomError } from '../plugins/framework-errors.js';
import { keepConnection, prepareRefusal } from '../plugins/problem-details.js';

/** An answer of the original's to a request that it refuses. */
export interface ErrorAnswer {
  readonly status: number;
  /** JSON, or a text as it is. */
  readonly body: unknown;
}

/** Thrown for what the original refuses in words of its own. */
export class OriginalError extends Error {
  override readonly name = 'OriginalError';
  readonly answer: ErrorAnswer;

  constructor(status: number, body: unknown) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    this.answer = { status, body };
  }
}

/**
 * Answers what goes wrong on the paths of a compat service in the original's shape instead of as a problem. An
 * {@link OriginalError} is answered as it says.
 */
export function addErrorShape(app: FastifyInstance, shape: (error: DarkroomError) => ErrorAnswer): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = answerTo(error, request, reply);
    const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
    return reply.code(status).type(type).send(body);
  });

  function answerTo(error: unknown, request: FastifyRequest, reply: FastifyReply): ErrorAnswer {
    if (error instanceof OriginalError) {
      keepConnection(reply);
      return error.answer;
    }
    const problem = asDarkroomError(error, request);
    prepareRefusal(problem, error, request, reply);
    return shape(problem);
  }
}
