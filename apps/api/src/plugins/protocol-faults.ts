import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DarkroomError, ERRORS } from '@darkroom/contracts';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem, toProblem } from './problem-details.js';
import { requestIdOf } from './request-id.js';

const REASONS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW:
    'Its headers have more than 16 kB. Send fewer or shorter ones; pictures go into the body.',
  ERR_HTTP_REQUEST_TIMEOUT:
    'It did not arrive in time. Send it over a faster connection, or a smaller picture.',
};

/** HTTP/1.1 requires Host; urls in answers begin with it. */
export function addHostCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion !== '1.1' || raw.headers.host !== undefined) return;
    throw new DarkroomError(
      'malformed_request',
      'The request has no Host header, which HTTP/1.1 requires. Use an HTTP/1.1 client.',
    );
  });
}

/** Answers paths that cannot be decoded. */
export function answerBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  const path = request.url.split('?')[0]!.slice(0, 120);
  const detail = `The path ${path} cannot be decoded: each % must begin two hexadecimal digits of UTF-8. GET /docs shows all calls.`;
  answerProblem(new DarkroomError('route_not_found', detail, { cause: error }), error, request, reply);
}

/** Answers what is not HTTP, or breaks off. There is no request yet, so this writes the answer itself. */
export function answerConnectionFault(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const reason =
    REASONS[error.code] ?? `${error.message}. Use an HTTP/1.1 client; with TLS, one stands in front.`;
  const problem = new DarkroomError('malformed_request', `The request could not be read. ${reason}`);
  const { status } = ERRORS[problem.code];
  const id = requestIdOf({});
  const body = JSON.stringify(toProblem(problem, id));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
