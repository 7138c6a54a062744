import { DarkroomError } from '@darkroom/contracts';
import { type BatchRecord, type BatchStore, isBatchId } from '@darkroom/jobs';

/** @throws DarkroomError `batch_not_found` */
export async function findBatch(id: string, batches: BatchStore): Promise<BatchRecord> {
  const shown = id.slice(0, 60);
  if (!isBatchId(id)) {
    const detail = `"${shown}" is no id of a batch; ids look like batch_01JD8Z3V9Q….`;
    throw new DarkroomError('batch_not_found', detail);
  }
  const record = await batches.get(id);
  if (record) return record;
  const detail = `There is no batch ${shown}. It may have been deleted, or its keeping time is over.`;
  throw new DarkroomError('batch_not_found', detail);
}
