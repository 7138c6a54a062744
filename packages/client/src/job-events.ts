import type { JobEvent } from '@darkroom/contracts';
import { DarkroomUnreachable } from './darkroom-unreachable.js';
import type { HttpTransport } from './http-transport.js';
import { Patience } from './patience.js';
import type { ServerSentEvent } from './server-sent-events.js';

const EVENT_NAMES: ReadonlySet<string> = new Set<JobEvent['event']>([
  'status',
  'progress',
  'preview',
  'done',
]);

export interface EventsOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long connections may fail one after the other before the error is thrown. */
  readonly giveUpAfterMs?: number;
}

/**
 * The events of a job until `done`. A connection that breaks is opened again with the id of the last event;
 * each stream begins with the job as it is, so nothing is missed.
 */
export async function* jobEvents(
  transport: HttpTransport,
  id: string,
  { signal, giveUpAfterMs = 60_000 }: EventsOptions = {},
): AsyncGenerator<JobEvent, void> {
  const patience = new Patience(giveUpAfterMs);
  let last: ServerSentEvent | undefined;
  for (;;) {
    try {
      const events = await transport.events(`/v1/jobs/${encodeURIComponent(id)}/events`, {
        signal,
        headers: { accept: 'text/event-stream', ...(last?.id ? { 'last-event-id': last.id } : {}) },
      });
      if (events === null) return;
      for await (const event of events) {
        patience.renew();
        last = event;
        // Events that this version doesn't know are left out: within /v1 things are only added.
        if (EVENT_NAMES.has(event.event))
          yield { event: event.event, data: JSON.parse(event.data) } as JobEvent;
        if (event.event === 'done') return;
      }
      throw new DarkroomUnreachable(transport.baseUrl, 'the stream of events ended before the job');
    } catch (error) {
      if (signal?.aborted) throw error;
      await patience.after(error, signal, last?.retryMs ?? 0);
    }
  }
}
