import type { FastifyRequest } from 'fastify';

/**
 * Does something for a request, which is told when nobody waits for the answer any more: the client has hung up, or the
 * api stops.
 */
export async function whileConnected<Result>(
  request: FastifyRequest,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { stopping } = request.server;
  const { socket } = request.raw;
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  if (socket.destroyed || stopping.aborted) abort();
  socket.once('close', abort);
  stopping.addEventListener('abort', abort);
  try {
    return await work(giveUp.signal);
  } finally {
    socket.off('close', abort);
    stopping.removeEventListener('abort', abort);
  }
}
