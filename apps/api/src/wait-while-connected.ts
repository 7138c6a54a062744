import { DarkroomError } from '@darkroom/contracts';
import { type JobRecord, waitForEnd } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from './services.js';

/**
 * Waits for the end of a job, but no longer than the client does, or than the api runs.
 * @returns the job as it is then
 * @throws DarkroomError `job_not_found` when it was deleted meanwhile
 */
export async function waitWhileConnected(
  request: FastifyRequest,
  jobId: string,
  seconds: number,
  { store, events }: Services,
): Promise<JobRecord> {
  const { stopping } = request.server;
  const { socket } = request.raw;
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  if (socket.destroyed || stopping.aborted) abort();
  socket.once('close', abort);
  stopping.addEventListener('abort', abort);
  try {
    const timeoutMs = seconds * 1000;
    const record = await waitForEnd(jobId, { store, events, timeoutMs, signal: giveUp.signal });
    if (record !== null) return record;
    throw new DarkroomError(
      'job_not_found',
      `The job ${jobId} was deleted while this request waited for it.`,
    );
  } finally {
    socket.off('close', abort);
    stopping.removeEventListener('abort', abort);
  }
}
