import { type Batch, ERRORS } from '@darkroom/contracts';
import type { BatchRecord } from '@darkroom/jobs';

/** A batch as the wire has it. @param base where the service is reached */
export function presentBatch(record: BatchRecord, base: string): Batch {
  const self = `${base}/v1/batches/${record.id}`;
  return {
    id: record.id,
    task: record.task,
    total: record.jobs.length + record.rejected.length,
    counts: record.counts,
    jobs: record.jobs.map(({ index, id, fileName }) => ({ index, id, file_name: fileName })),
    rejected: record.rejected.map(({ index, fileName, error: { code, detail } }) => {
      const { title, retryable } = ERRORS[code];
      return { index, file_name: fileName, error: { code, title, detail, retryable } };
    }),
    created_at: new Date(record.createdAtMs).toISOString(),
    finished_at: record.finishedAtMs === null ? null : new Date(record.finishedAtMs).toISOString(),
    urls: {
      self,
      jobs: `${base}/v1/jobs?batch_id=${record.id}`,
      result: `${self}/result`,
      cancel: `${self}/cancel`,
      events: `${self}/events`,
    },
  };
}
