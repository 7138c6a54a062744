import { isEnded } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from './services.js';

/** Ends a job that has not ended; whoever runs it hears of it. */
export async function cancelJob(record: JobRecord, { store, deliveries }: Services): Promise<void> {
  if (isEnded(record.status)) return;
  await store.cancel(record.id);
  // The record says canceled, so a worker that gets the delivery drops it; taking it away only saves the way.
  await deliveries.remove(record.model, record.id);
}

/** Cancels a job if it goes on, then forgets it, its input and its artifacts. */
export async function removeJob(found: JobRecord, services: Services): Promise<void> {
  const { store, blobs } = services;
  await cancelJob(found, services);
  // What an attempt made until it was canceled stands in the record only now.
  const record = (await store.get(found.id)) ?? found;
  const keys = await store.blobKeys(record);
  await Promise.all(keys.map((key) => blobs.release(key, record.id)));
  await store.remove(record);
}

/** Cancels a job when the client hangs up before its request is answered. When the api stops, the job goes on. */
export function cancelOnDisconnect(
  request: FastifyRequest,
  reply: FastifyReply,
  record: JobRecord,
  services: Services,
): void {
  const { raw } = reply;
  const cancelIfUnanswered = () => {
    if (raw.writableFinished || request.server.stopping.aborted) return;
    cancelJob(record, services).catch((error) =>
      request.log.warn(
        { err: error, job: record.id },
        'the client has gone, and its job could not be canceled',
      ),
    );
  };
  if (raw.destroyed || request.raw.socket.destroyed) cancelIfUnanswered();
  else raw.once('close', cancelIfUnanswered);
}
