import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import type { RejectedPicture, StoredPicture } from '@darkroom/jobs';
import { fileNameOfUrl } from '../fetching/picture-url.js';
import { loadPicture, type PicturePlaces } from './load-picture.js';
import type { PictureSource } from './picture-source.js';

/** Pictures that are fetched at once: enough to hide how long each takes, few enough to have them all in memory. */
const FETCHED_AT_ONCE = 8;
/**
 * Longer than sending all pictures may take, or fetching a thousand that take a minute each. What an api that died took
 * in goes away by itself after it.
 */
const HELD_MS = 3 * 3_600_000;

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

/** A picture of a batch that is to be fetched. */
interface NamedPicture {
  readonly index: number;
  readonly source: Extract<PictureSource, { kind: 'url' }>;
}

/**
 * Takes the pictures of a batch one after the other as they come: each is checked, stored and forgotten, so that a
 * thousand of them need the memory of one. Those that URLs name are fetched later. A bad one is rejected alone.
 */
export class PictureIntake {
  readonly taken: TakenPicture[] = [];
  readonly rejected: RejectedPicture[] = [];
  readonly #named: NamedPicture[] = [];
  readonly #holder: string;
  readonly #from: PicturePlaces;
  readonly #signal: AbortSignal;

  /**
   * @param holder holds the pictures in the blob store until jobs do
   * @param signal aborted when nobody waits for the batch any more
   */
  constructor(holder: string, from: PicturePlaces, signal: AbortSignal) {
    this.#holder = holder;
    this.#from = from;
    this.#signal = signal;
  }

  /** Pictures that have come, good or bad. */
  get count(): number {
    return this.hopeful + this.rejected.length;
  }

  /** Pictures that jobs can be made of as far as is known. */
  get hopeful(): number {
    return this.taken.length + this.#named.length;
  }

  /**
   * @param read gives the picture, or throws what is wrong with how it was sent
   * @throws what is not the picture's fault, such as a store that is full
   */
  async take(fileName: string | null, read: () => PictureSource | Promise<PictureSource>): Promise<void> {
    const index = this.count;
    await this.rejectingAlone({ index, fileName }, async () => {
      const source = await read();
      if (source.kind === 'url') this.#named.push({ index, source });
      else await this.#keep({ index, fileName }, source, this.#signal);
    });
  }

  /**
   * Fetches the pictures that URLs name, some at a time.
   * @throws as {@link take} does, and when nobody waits for the batch any more
   */
  async fetchNamed(): Promise<void> {
    if (this.#named.length === 0) return;
    const waiting = this.#named.splice(0).values();
    const failure = new AbortController();
    const signal = AbortSignal.any([this.#signal, failure.signal]);
    const fetchOn = async () => {
      for (const { index, source } of waiting) {
        if (signal.aborted) return;
        const about = { index, fileName: fileNameIn(source.url) };
        await this.rejectingAlone(about, () => this.#keep(about, source, signal));
      }
    };
    const runs = Array.from({ length: FETCHED_AT_ONCE }, () =>
      fetchOn().catch((error: unknown) => {
        // What ended this one would end the others.
        failure.abort();
        throw error;
      }),
    );
    await Promise.allSettled(runs);
    await Promise.all(runs);
    if (this.#signal.aborted) throw unfinished();
    this.taken.sort((a, b) => a.index - b.index);
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

  async #keep(
    { index, fileName }: Pick<TakenPicture, 'index' | 'fileName'>,
    source: PictureSource,
    signal: AbortSignal,
  ): Promise<void> {
    const { stored, bytes } = await loadPicture(source, this.#from, signal);
    const named = { ...stored, fileName: fileName ?? stored.fileName };
    await this.#hold(named.blobKey, bytes);
    this.taken.push({ index, fileName: named.fileName, stored: named });
  }

  async #hold(blobKey: string, bytes: Buffer | null): Promise<void> {
    const untilMs = Date.now() + HELD_MS;
    if (bytes) await this.#from.blobs.put(blobKey, bytes, this.#holder, untilMs);
    else if (!(await this.#from.blobs.hold(blobKey, this.#holder, untilMs))) {
      throw new DarkroomError('no_longer_kept', 'The picture of the job that "image" refers to has gone.');
    }
  }
}

function fileNameIn(url: string): string | null {
  return URL.canParse(url) ? fileNameOfUrl(new URL(url)) : null;
}

function unfinished(): DarkroomError {
  return new DarkroomError(
    'url_not_fetched',
    'The request ended before all pictures of the batch were fetched, so no job was made of any. Send the batch again.',
  );
}
