import { DarkroomError } from '@darkroom/contracts';
import { isJobId, type JobRecord, type JobStore } from '@darkroom/jobs';

/**
 * The job that a field of a submission names in its `job`.
 * @param field its path: `image`, `prompts/0/mask`
 * @throws DarkroomError `job_not_found` or `no_longer_kept`
 */
export async function findReferredJob(jobId: string, field: string, store: JobStore): Promise<JobRecord> {
  const found = isJobId(jobId) ? await store.lookUp(jobId) : { missing: 'never_or_deleted' as const };
  if ('found' in found) return found.found;
  const remedy =
    field === 'image' ? 'Name a job that is kept, or send the picture.' : 'Name a job that is kept.';
  const fields = [{ pointer: `#/${field}/job`, detail: remedy }];
  const shown = jobId.slice(0, 40);
  if (found.missing === 'no_longer_kept') {
    const detail = `The job ${shown} that "${field}" refers to is no longer kept.`;
    throw new DarkroomError('no_longer_kept', detail, { fields });
  }
  const detail = `There is no job "${shown}" that "${field}" could refer to.`;
  throw new DarkroomError('job_not_found', detail, { fields });
}
