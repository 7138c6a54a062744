import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

const PATTERN = /^[\w.:-]{1,128}$/;

/** The id a client gave its request, when it is one that can stand in logs and headers; else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && PATTERN.test(given) ? given : randomUUID();
}

/** Puts the id into every answer. To be added first: a hook that refuses keeps the later ones from running. */
export function addRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
}
