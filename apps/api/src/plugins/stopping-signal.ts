import { setMaxListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the api begins to stop. */
    readonly stopping: AbortSignal;
  }
}

/** Lets answers that take long (streams, waiting for a job) end when the api stops, instead of holding it up. */
export function addStoppingSignal(app: FastifyInstance): void {
  const stopping = new AbortController();
  // Every stream and every request that waits listens to it.
  setMaxListeners(0, stopping.signal);
  app.decorate('stopping', stopping.signal);
  app.addHook('preClose', async () => stopping.abort());
  // Idle connections are closed once, at the beginning; those that are busy then must not linger when they are done.
  app.addHook('onSend', async (_request, reply) => {
    if (stopping.signal.aborted) reply.header('connection', 'close');
  });
}
