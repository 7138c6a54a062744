import type { BlobStore } from '@darkroom/blob-store';
import type { Job } from '@darkroom/contracts';
import { artifactsOf, type JobRecord } from '@darkroom/jobs';

const INLINE_MAX_BYTES = 8 * 1024 ** 2;

/** The job with its artifacts' bytes in base64, in their order, as long as they have 8 MB in all. */
export async function inlineArtifacts(job: Job, record: JobRecord, blobs: BlobStore): Promise<Job> {
  let bytesLeft = INLINE_MAX_BYTES;
  const stored = artifactsOf(record);
  const artifacts = [];
  for (const [i, artifact] of job.artifacts.entries()) {
    const isWithin = artifact.bytes <= bytesLeft;
    const bytes = isWithin ? await blobs.get(stored[i]!.blobKey) : null;
    bytesLeft -= bytes?.length ?? 0;
    artifacts.push(bytes ? { ...artifact, base64: bytes.toString('base64') } : artifact);
  }
  return { ...job, artifacts };
}
