import { createHash } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError } from '@darkroom/contracts';
import { ImageRejectedError, readImageHeader } from '@darkroom/imaging';
import { artifactsOf, type JobRecord, type JobStore, type StoredPicture } from '@darkroom/jobs';
import type { PictureFetcher } from '../fetching/picture-fetcher.js';
import { findReferredJob } from './find-referred-job.js';
import type { PictureSource } from './picture-source.js';

const ARTIFACTS_NAMED = 20;

/** A picture whose header was read and found good. `bytes` is null for one that is in the blob store already. */
export interface LoadedPicture {
  readonly stored: StoredPicture;
  readonly bytes: Buffer | null;
}

/** What pictures are found with, wherever they are. */
export interface PicturePlaces {
  readonly store: JobStore;
  readonly blobs: BlobStore;
  readonly pictures: PictureFetcher;
  readonly maxPixels: number;
}

/**
 * Finds the picture of a submission, fetches it where a URL names it, and reads its header: format and size, before
 * anything is queued.
 * @param signal aborted when nobody wants it any more
 * @throws DarkroomError `unsupported_image`, `image_too_many_pixels`, `image_missing`, or what is wrong with the URL, or
 *   with the job that is referred to
 */
export async function loadPicture(
  source: PictureSource,
  from: PicturePlaces,
  signal: AbortSignal,
): Promise<LoadedPicture> {
  if (source.kind === 'url') {
    const { bytes, fileName } = await from.pictures.fetch(source.url, source.pointer, signal);
    return { stored: await describePicture(bytes, fileName, from.maxPixels), bytes };
  }
  if (source.kind === 'bytes') {
    return {
      stored: await describePicture(source.bytes, source.fileName, from.maxPixels),
      bytes: source.bytes,
    };
  }
  const record = await findReferredJob(source.jobId, 'image', from.store);
  if (source.artifactName === null) return { stored: inputOf(record), bytes: null };
  const artifact = artifactsOf(record).find(({ name }) => name === source.artifactName);
  const bytes = artifact && (await from.blobs.get(artifact.blobKey));
  if (!artifact || !bytes) {
    throw new DarkroomError(
      'artifact_not_found',
      `The job ${record.id} has no artifact "${source.artifactName.slice(0, 80)}". Its artifacts: ${artifactNames(record)}.`,
    );
  }
  const stored = await describePicture(bytes, artifact.name, from.maxPixels);
  return { stored: { ...stored, blobKey: artifact.blobKey }, bytes: null };
}

function inputOf(record: JobRecord): StoredPicture {
  const { image } = record.input;
  if (image !== null) return image;
  const detail = `The job ${record.id} was given no picture that "image" could refer to. Name one that it made: {"job": "${record.id}", "artifact": "<name>"}. Its artifacts: ${artifactNames(record)}.`;
  throw new DarkroomError('image_missing', detail, { fields: [{ pointer: '#/image/artifact', detail }] });
}

function artifactNames(record: JobRecord): string {
  const names = artifactsOf(record).map(({ name }) => name);
  const more = names.length - ARTIFACTS_NAMED;
  const shown = names.slice(0, ARTIFACTS_NAMED).join(', ') || 'none';
  return more > 0 ? `${shown} and ${more} more` : shown;
}

async function describePicture(
  bytes: Buffer,
  fileName: string | null,
  maxPixels: number,
): Promise<StoredPicture> {
  if (bytes.length === 0) {
    throw new DarkroomError(
      'image_missing',
      'The picture has 0 bytes. Check that the file exists and was read.',
    );
  }
  try {
    const header = await readImageHeader(bytes, { maxPixels });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      blobKey: `input/${sha256}`,
      fileName,
      mediaType: header.mediaType,
      bytes: bytes.length,
      sha256,
      width: header.width,
      height: header.height,
      exifOrientation: header.exifOrientation,
    };
  } catch (error) {
    if (error instanceof ImageRejectedError) throw pictureRejected(error, maxPixels);
    throw error;
  }
}

/** What is wrong with a picture, told to whoever sent it. */
export function pictureRejected(error: ImageRejectedError, maxPixels: number): DarkroomError {
  const code = error.reason === 'too_many_pixels' ? 'image_too_many_pixels' : 'unsupported_image';
  // The length of a side is limited too, and that limit is none of the service's settings.
  const isOurLimit = code === 'image_too_many_pixels' && error.message.includes(String(maxPixels));
  const remedy = isOurLimit ? ', or raise MAX_IMAGE_PIXELS of the service' : '';
  const detail = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}${remedy}.`;
  return new DarkroomError(code, detail, { cause: error });
}
