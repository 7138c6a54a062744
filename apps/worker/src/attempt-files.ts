import { createHash } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import type { JobRecord, StoredArtifact } from '@darkroom/jobs';
import type { PipelineArtifact } from '@darkroom/model-families';

/** Blobs of an attempt whose worker dies before it finishes the job go away by themselves this much later. */
const MARGIN_MS = 3_600_000;

type Attempted = Pick<JobRecord, 'id' | 'attempts' | 'keepMs'>;

/** Until when what an attempt writes now is held, should nobody release it before. */
export function heldUntilMs({ keepMs }: Attempted): number {
  return Date.now() + keepMs + MARGIN_MS;
}

export function artifactKey({ id, attempts }: Attempted, name: string): string {
  return `artifact/${id}/${attempts}/${name}`;
}

/** Writes an artifact of an attempt, held by its job; its key is to be noted before. */
export async function storeArtifact(
  { bytes, ...about }: PipelineArtifact,
  record: Attempted,
  blobs: BlobStore,
): Promise<StoredArtifact> {
  const blobKey = artifactKey(record, about.name);
  await blobs.put(blobKey, bytes, record.id, heldUntilMs(record));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...about, blobKey, bytes: bytes.length, sha256 };
}
