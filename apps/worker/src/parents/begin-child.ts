import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError } from '@darkroom/contracts';
import type { DeliveryQueues, JobPart, JobRecord, JobStore, StoredPicture } from '@darkroom/jobs';
import { queueOf } from '@darkroom/jobs';

/** A part that is to be begun. */
export interface DuePart {
  readonly part: JobPart;
  /** Of the child that does it; written down in its parent already. */
  readonly id: string;
  /** Complete. */
  readonly options: JobPart['options'];
  /** Null for a part that needs none. */
  readonly picture: StoredPicture | null;
}

/** A child stays for so much longer than its parent, which takes it along when it goes. */
const CHILD_KEEP_MARGIN_MS = 3_600_000;

/**
 * Makes the job that does a part, with its parent's priority, deadline and keeping time. Making it again changes nothing;
 * where the parent has ended meanwhile, none is made.
 */
export async function beginChild(
  parent: JobRecord,
  { part, id, options, picture }: DuePart,
  to: { readonly store: JobStore; readonly blobs: BlobStore; readonly deliveries: DeliveryQueues },
): Promise<void> {
  if (picture && !(await to.blobs.hold(picture.blobKey, id, 'released'))) {
    throw new DarkroomError(
      'internal_error',
      'The picture of the job is gone from storage; submit it again.',
    );
  }
  await to.store.create({
    id,
    task: part.task,
    model: part.model,
    createdAtMs: Date.now(),
    keepMs: parent.keepMs + CHILD_KEEP_MARGIN_MS,
    deadlineAtMs: parent.deadlineAtMs,
    priority: parent.priority,
    retryOf: null,
    batchId: null,
    parts: [],
    parentId: parent.id,
    share: part.share,
    input: { image: picture, options },
    metadata: {},
    warnings: [],
  });
  const child = await to.store.get(id);
  if (child === null) {
    if (picture) await to.blobs.release(picture.blobKey, id);
    return;
  }
  await to.deliveries.add(queueOf(child), id, child.priority);
}
