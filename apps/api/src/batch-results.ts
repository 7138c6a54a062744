import { type Artifact, DarkroomError, ERRORS, type Job } from '@darkroom/contracts';
import type { BatchRecord, JobRecord } from '@darkroom/jobs';
import type { FinishedPicture } from '@darkroom/result-formats';
import type { JobPresenter } from './presentation/job-presenter.js';
import type { Services } from './services.js';

/** A line of a batch's results as JSON lines: every picture has one, whatever became of it. */
export interface BatchResultLine extends Pick<Job, 'result' | 'error'> {
  readonly index: number;
  /** Null for a picture that was rejected. */
  readonly id: string | null;
  readonly file_name: string | null;
  readonly status: Job['status'] | 'rejected';
  readonly artifacts: readonly Artifact[];
}

/** The jobs of a batch as they ended, in the order of their pictures; those deleted or no longer kept are left out. */
export async function recordsOf(batch: BatchRecord, { store }: Services): Promise<JobRecord[]> {
  if (batch.finishedAtMs === null) {
    const left = batch.counts.queued + batch.counts.running;
    const detail = `${left} of the ${batch.jobs.length} jobs of the batch ${batch.id} have not ended. Follow GET /v1/batches/${batch.id}/events, or ask again later.`;
    throw new DarkroomError('batch_not_finished', detail, { retryAfterSeconds: 2 });
  }
  return store.getMany(batch.jobs.map(({ id }) => id));
}

/** The pictures of a batch whose jobs succeeded. */
export async function finishedPictures(
  records: readonly JobRecord[],
  presenter: JobPresenter,
): Promise<FinishedPicture[]> {
  const pictures = await Promise.all(
    records.map(async (record) => {
      const result = await presenter.result(record);
      return result === null
        ? []
        : [{ jobId: record.id, fileName: record.input.image?.fileName ?? null, result }];
    }),
  );
  return pictures.flat();
}

/** One line for each picture that was sent, rejected ones too, in their order. */
export async function resultLines(
  batch: BatchRecord,
  records: readonly JobRecord[],
  presenter: JobPresenter,
): Promise<BatchResultLine[]> {
  const byId = new Map(records.map((record) => [record.id, record]));
  const ofJobs = batch.jobs.map(async ({ index, id, fileName }): Promise<BatchResultLine[]> => {
    const record = byId.get(id);
    if (!record) return [];
    const { status, result, error, artifacts } = await presenter.job(record);
    return [{ index, id, file_name: fileName, status, result, error, artifacts }];
  });
  const ofRejected = batch.rejected.map(({ index, fileName, error: { code, detail } }) => {
    const { title, retryable } = ERRORS[code];
    const error = { code, title, detail, retryable };
    const line = { index, id: null, file_name: fileName, status: 'rejected', result: null } as const;
    return { ...line, error, artifacts: [] };
  });
  const lines: BatchResultLine[] = [...(await Promise.all(ofJobs)).flat(), ...ofRejected];
  return lines.sort((a, b) => a.index - b.index);
}
