import type { ErrorCode, JobStatus, Task } from '@darkroom/contracts';

/**
 * Many jobs submitted together. Each is an ordinary job; the batch only names them and counts where they are.
 *
 *   open ──seal──▶ going on ──the last job ends──▶ finished
 *
 * While it is open its jobs are being made, and may be run already. The counts change in the same script as the job
 * that they count. A batch that nobody seals (its api died) goes away by itself; its jobs are ordinary jobs.
 */
export interface BatchRecord {
  readonly id: string;
  readonly task: Task;
  readonly createdAtMs: number;
  /** Set when its last job has ended. */
  readonly finishedAtMs: number | null;
  /** Rises with every change; events carry it. */
  readonly revision: number;
  readonly counts: Readonly<Record<JobStatus, number>>;
  readonly jobs: readonly BatchJob[];
  readonly rejected: readonly RejectedPicture[];
}

/** `index` is the place of the picture among all that were submitted, from 0. */
export interface BatchJob {
  readonly index: number;
  readonly id: string;
  readonly fileName: string | null;
}

export interface RejectedPicture {
  readonly index: number;
  readonly fileName: string | null;
  readonly error: { readonly code: ErrorCode; readonly detail: string };
}
