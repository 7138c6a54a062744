import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import type { JobStore, RejectedPicture, StoredPicture } from '@darkroom/jobs';
import { loadPicture } from './load-picture.js';
import type { PictureSource } from './picture-source.js';

/** Longer than sending all pictures may take. What an api that died took in goes away by itself after it. */
const HELD_MS = 3_600_000;

/** What models and queues lack, they lack for every picture. */
const OF_NO_PICTURE: ReadonlySet<ErrorCode> = new Set([
  'model_not_found',
  'model_task_mismatch',
  'option_not_supported',
  'queue_full',
]);

/** A picture of a batch that a job can be made of. */
export interface TakenPicture {
  readonly index: number;
  readonly fileName: string | null;
  readonly stored: StoredPicture;
}

/**
 * Takes the pictures of a batch one after the other as they come: each is checked, stored and forgotten, so that a
 * thousand of them need the memory of one. A bad one is rejected alone.
 */
export class PictureIntake {
  readonly taken: TakenPicture[] = [];
  readonly rejected: RejectedPicture[] = [];
  readonly #holder: string;
  readonly #from: { readonly store: JobStore; readonly blobs: BlobStore; readonly maxPixels: number };

  /** @param holder holds the pictures in the blob store until jobs do */
  constructor(
    holder: string,
    from: { readonly store: JobStore; readonly blobs: BlobStore; readonly maxPixels: number },
  ) {
    this.#holder = holder;
    this.#from = from;
  }

  get count(): number {
    return this.taken.length + this.rejected.length;
  }

  /**
   * @param read gives the picture, or throws what is wrong with how it was sent
   * @throws what is not the picture's fault, such as a store that is full
   */
  async take(fileName: string | null, read: () => PictureSource | Promise<PictureSource>): Promise<void> {
    const index = this.count;
    await this.rejectingAlone({ index, fileName }, async () => {
      const { stored, bytes } = await loadPicture(await read(), this.#from);
      const named = { ...stored, fileName: fileName ?? stored.fileName };
      await this.#hold(named.blobKey, bytes);
      this.taken.push({ index, fileName: named.fileName, stored: named });
    });
  }

  /** Does something with one picture, which is rejected when it can't be done. @throws what is not the picture's fault */
  async rejectingAlone(
    { index, fileName }: Pick<TakenPicture, 'index' | 'fileName'>,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DarkroomError) || error.kind.status >= 500) throw error;
      if (OF_NO_PICTURE.has(error.code)) throw error;
      this.rejected.push({ index, fileName, error: { code: error.code, detail: error.message } });
    }
  }

  /** Lets go of all pictures; those that jobs hold stay. */
  async release(): Promise<void> {
    const keys = new Set(this.taken.map(({ stored }) => stored.blobKey));
    await Promise.all([...keys].map((key) => this.#from.blobs.release(key, this.#holder)));
  }

  async #hold(blobKey: string, bytes: Buffer | null): Promise<void> {
    const untilMs = Date.now() + HELD_MS;
    if (bytes) await this.#from.blobs.put(blobKey, bytes, this.#holder, untilMs);
    else if (!(await this.#from.blobs.hold(blobKey, this.#holder, untilMs))) {
      throw new DarkroomError('no_longer_kept', 'The picture of the job that "image" refers to has gone.');
    }
  }
}
