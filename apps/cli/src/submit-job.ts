import { setTimeout as sleep } from 'node:timers/promises';
import type { DarkroomClient } from '@darkroom/client';
import type { Job } from '@darkroom/contracts';

/** How long an answer is waited for after an interruption: who hears nothing by then will not hear of a job. */
const ANSWER_AWAITED_MS = 5000;

/**
 * Submits a job. A request that is on its way when the command is interrupted is not given up at once: the service may
 * have the job already, which nobody would cancel then.
 * @param submit its signal says when to give up after all
 * @throws the signal's reason when that is aborted, once the job is canceled
 */
export async function submitJob(
  submit: (options: { readonly signal: AbortSignal }) => Promise<Job>,
  client: DarkroomClient,
  signal: AbortSignal,
): Promise<Job> {
  signal.throwIfAborted();
  const answered = new AbortController();
  const giveUp = new AbortController();
  const giveUpLater = () =>
    sleep(ANSWER_AWAITED_MS, undefined, { signal: answered.signal }).then(
      () => giveUp.abort(signal.reason),
      () => {},
    );
  signal.addEventListener('abort', giveUpLater, { once: true });
  try {
    const job = await submit({ signal: giveUp.signal });
    if (signal.aborted) await client.cancel(job).catch(() => {});
    signal.throwIfAborted();
    return job;
  } finally {
    answered.abort();
    signal.removeEventListener('abort', giveUpLater);
  }
}
