import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError } from '@darkroom/contracts';
import type { LoadedPicture } from './load-picture.js';

/** What a job needs from the blob store. */
export interface NeededFiles {
  /** Null for a job without one. */
  readonly picture: LoadedPicture | null;
  /** Keys of other jobs' files, by a JSON pointer to the option that refers to them. */
  readonly attachments: Readonly<Record<string, string>>;
}

/**
 * Stores a job's picture, and sees to it that what belongs to other jobs stays when they go: all, or nothing.
 * @throws DarkroomError `no_longer_kept` for what has gone already
 */
export async function holdFiles(
  jobId: string,
  { picture, attachments }: NeededFiles,
  blobs: BlobStore,
): Promise<void> {
  try {
    if (picture) await holdPicture(picture, jobId, blobs);
    for (const [pointer, blobKey] of Object.entries(attachments)) {
      await hold(blobKey, pointer, 'The mask', jobId, blobs);
    }
  } catch (error) {
    await releaseFiles(jobId, { picture, attachments }, blobs);
    throw error;
  }
}

/** Lets go of what {@link holdFiles} holds. What fails of it goes away with the last that holds it. */
export async function releaseFiles(
  jobId: string,
  { picture, attachments }: NeededFiles,
  blobs: BlobStore,
): Promise<void> {
  const keys = [...(picture ? [picture.stored.blobKey] : []), ...Object.values(attachments)];
  await Promise.allSettled(keys.map((key) => blobs.release(key, jobId)));
}

async function holdPicture({ stored, bytes }: LoadedPicture, jobId: string, blobs: BlobStore): Promise<void> {
  if (bytes) await blobs.put(stored.blobKey, bytes, jobId, 'released');
  else await hold(stored.blobKey, '#/image', 'The picture', jobId, blobs);
}

async function hold(
  blobKey: string,
  pointer: string,
  what: string,
  jobId: string,
  blobs: BlobStore,
): Promise<void> {
  if (await blobs.hold(blobKey, jobId, 'released')) return;
  const detail = `${what} of the job that this one refers to is no longer kept.`;
  throw new DarkroomError('no_longer_kept', detail, { fields: [{ pointer, detail }] });
}
