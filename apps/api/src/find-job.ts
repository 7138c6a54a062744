import { DarkroomError } from '@darkroom/contracts';
import { isJobId, type JobRecord, type JobStore } from '@darkroom/jobs';

/** @throws DarkroomError `job_not_found` or `no_longer_kept` */
export async function findJob(id: string, store: JobStore): Promise<JobRecord> {
  const shown = id.slice(0, 60);
  if (!isJobId(id)) {
    throw new DarkroomError('job_not_found', `"${shown}" is no id of a job; ids look like job_01JD8Z3V9Q….`);
  }
  const lookup = await store.lookUp(id);
  if ('found' in lookup) return lookup.found;
  if (lookup.missing === 'no_longer_kept') {
    throw new DarkroomError('no_longer_kept', `The job ${shown} ended and its keeping time is over.`);
  }
  throw new DarkroomError('job_not_found', `There is no job ${shown}. It may have been deleted.`);
}
