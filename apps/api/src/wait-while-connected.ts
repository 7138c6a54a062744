import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomError } from '@darkroom/contracts';
import { type JobRecord, waitForEnd } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from './services.js';
import { whileConnected } from './while-connected.js';

/** After this time a look at Redis that failed is taken again. */
const LOOK_AGAIN_MS = 500;

/**
 * Waits for the end of a job, but no longer than the client does, or than the api runs. Redis may go away and come
 * back meanwhile.
 * @returns the job as it is then
 * @throws DarkroomError `job_not_found` when it was deleted meanwhile
 */
export async function waitWhileConnected(
  request: FastifyRequest,
  jobId: string,
  seconds: number,
  services: Services,
): Promise<JobRecord> {
  const untilMs = Date.now() + seconds * 1000;
  const record = await whileConnected(request, (signal) => waitPatiently(jobId, untilMs, signal, services));
  if (record !== null) return record;
  throw new DarkroomError('job_not_found', `The job ${jobId} was deleted while this request waited for it.`);
}

async function waitPatiently(
  jobId: string,
  untilMs: number,
  signal: AbortSignal,
  { store, events }: Services,
): Promise<JobRecord | null> {
  for (;;) {
    try {
      return await waitForEnd(jobId, { store, events, timeoutMs: untilMs - Date.now(), signal });
    } catch (error) {
      if (signal.aborted || Date.now() + LOOK_AGAIN_MS >= untilMs) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
