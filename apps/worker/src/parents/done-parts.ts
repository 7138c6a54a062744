import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError, type TaskResult } from '@darkroom/contracts';
import type { JobFamily, JobRecord } from '@darkroom/jobs';
import type { DoneParts } from './parent-task.js';

/** The parts of a family that have succeeded. */
export function doneParts({ children }: JobFamily, blobs: BlobStore): DoneParts {
  const find = (part: string) => {
    const child = children.get(part);
    return child?.status === 'succeeded' ? child : null;
  };
  const job = (part: string): JobRecord => {
    const child = find(part);
    if (child) return child;
    throw new Error(`The part "${part}" was asked for its outcome before it succeeded.`);
  };
  return {
    has: (part) => find(part) !== null,
    job,
    async result(part) {
      const { id, outcome } = job(part);
      const bytes = outcome.resultBlobKey === null ? null : await blobs.get(outcome.resultBlobKey);
      if (bytes) return JSON.parse(bytes.toString('utf8')) as TaskResult;
      throw new DarkroomError(
        'internal_error',
        `What the job ${id} made for this one is gone from storage; submit this one again.`,
      );
    },
  };
}
