import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Answers with JSON that comes piece by piece. */
export function sendJson(reply: FastifyReply, pieces: AsyncIterable<string>): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(Readable.from(pieces, { objectMode: false }));
}
