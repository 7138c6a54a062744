import type { BatchEvent } from '@darkroom/contracts';
import type { BatchRecord } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventResponse } from './event-response.js';
import { presentBatch } from './presentation/present-batch.js';
import { baseUrl } from './presentation/urls.js';
import type { Services } from './services.js';

/** Jobs of a batch can change hundreds of times a second; whoever watches it wants to see it move. */
const SEND_EVERY_MS = 200;

/** Streams a batch as its counts change, until its last job has ended. Event ids are its revisions. */
export async function streamBatchEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  record: BatchRecord,
  { batches, events, publicUrl }: Services,
): Promise<FastifyReply> {
  if (record.finishedAtMs !== null && Number(request.headers['last-event-id']) >= record.revision) {
    return reply.code(204).send();
  }
  const base = baseUrl(request, publicUrl);
  const response = new EventResponse(reply, request.server.stopping);
  let isDue = true;
  let sentRevision = -1;
  const stopListening = events.onBatch(record.id, () => {
    isDue = true;
  });
  const look = async () => {
    // A client that doesn't take what it gets is told how it stands once it does.
    if (!isDue || response.isBehind) return;
    isDue = false;
    const present = await batches.get(record.id);
    if (present === null) return response.end();
    if (present.revision <= sentRevision) return;
    sentRevision = present.revision;
    const isFinished = present.finishedAtMs !== null;
    const event: BatchEvent = { event: isFinished ? 'done' : 'status', data: presentBatch(present, base) };
    response.send(present.revision, event);
    if (isFinished) response.end();
  };
  const tryToLook = () =>
    look().catch(() => {
      // Redis is away; the next turn takes the look.
      isDue = true;
    });
  await tryToLook();
  const timer = setInterval(() => void tryToLook(), SEND_EVERY_MS);
  await response.over;
  clearInterval(timer);
  stopListening();
  return reply;
}
