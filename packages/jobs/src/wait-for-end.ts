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
    if (change === 'resync') void store.get(id).then((record) => isOver(record) && wake(), wake);
    else if (isEnded(change.status)) wake();
  });
  const timer = setTimeout(wake, timeoutMs);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    // Listening began before this look, so an end in between is not missed.
    const found = await store.get(id);
    if (isOver(found) || signal?.aborted) return found;
    await woken;
    return await store.get(id);
  } finally {
    clearTimeout(timer);
    stopListening();
    signal?.removeEventListener('abort', wake);
  }
}

function isOver(record: JobRecord | null): boolean {
  return record === null || isEnded(record.status);
}
