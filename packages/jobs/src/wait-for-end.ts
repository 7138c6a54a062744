import { isEnded } from '@darkroom/contracts';
import type { JobEvents } from './job-events.js';
import type { JobRecord } from './job-record.js';
import type { JobStore } from './job-store.js';

/**
 * Waits until a job has ended, but not longer than `timeoutMs`.
 * @param signal given up early when aborted
 * @returns the job as it is then; null when it is gone
 */
export async function waitForEnd(
  id: string,
  {
    store,
    events,
    timeoutMs,
    signal,
  }: {
    readonly store: JobStore;
    readonly events: JobEvents;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<JobRecord | null> {
  let wake: () => void = () => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const stopListening = events.onJob(id, (change) => {
    if (change === 'resync') void endedAlready().then((ended) => ended && wake(), wake);
    else if (isEnded(change.status)) wake();
  });
  const endedAlready = async () => {
    const record = await store.get(id);
    return record === null || isEnded(record.status);
  };
  const timer = setTimeout(wake, timeoutMs);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    // Listening began before this look, so an end in between is not missed.
    if (!signal?.aborted && !(await endedAlready())) await woken;
    return await store.get(id);
  } finally {
    clearTimeout(timer);
    stopListening();
    signal?.removeEventListener('abort', wake);
  }
}
