type Attempt = { readonly startedAtMs: number; readonly finishedAtMs: number; readonly queueMs: number };

/**
 * How much of each job's time in the queue was spent waiting for a place in the worker, which has `places` jobs in
 * hand at a time: from its submission until so many of those before it had ended that there was a place for it. The
 * rest of its time in the queue is delivery.
 *
 * @returns milliseconds, in the order of the jobs
 */
export function waitsForPlace(jobs: readonly Attempt[], places: number): number[] {
  const waits = new Map<Attempt, number>();
  /** The latest ends among the jobs begun so far, latest first. */
  let latestEnds: number[] = [];
  for (const job of jobs.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const createdAtMs = job.startedAtMs - job.queueMs;
    // Of the jobs before it, all but `places - 1` had ended by then.
    const placeFreeAtMs = latestEnds[places - 1] ?? Number.NEGATIVE_INFINITY;
    const waitMs = Math.min(job.startedAtMs, placeFreeAtMs) - createdAtMs;
    waits.set(job, Math.max(0, waitMs));
    latestEnds = [...latestEnds, job.finishedAtMs].sort((a, b) => b - a).slice(0, places);
  }
  return jobs.map((job) => waits.get(job)!);
}
