/**
 * Keeps bytes (pictures, artifacts, results) for as long as somebody holds them.
 *
 * Every blob has holders, each of which wants it until a time or until it lets go. The blob goes away when the
 * last of them has let go or run out of time. So a picture that two jobs use is stored once and outlives the
 * first of them.
 */
export interface BlobStore {
  /** Stores the bytes under the key, replacing what was there, and adds the holder. */
  put(key: string, bytes: Buffer, holder: string, until: HoldUntil): Promise<void>;
  /** Adds a holder to, or changes its time on, a blob that is already there. @returns false when it is not */
  hold(key: string, holder: string, until: HoldUntil): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;
  /** @returns null when there is no such blob */
  get(key: string): Promise<Buffer | null>;
  /** The bytes from `start` to `end`, both included. */
  getRange(key: string, start: number, end: number): Promise<Buffer>;
  /** @returns whether bytes can be stored now; throws what keeps it from doing so */
  checkWritable(): Promise<void>;
}

/** Milliseconds since the epoch, or until it is released. */
export type HoldUntil = number | 'released';
