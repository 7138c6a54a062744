/** Keeps bytes that can be made again, as long as there is room for them and somebody uses them now and then. */
export interface BlobCache {
  /** Counts as use. @returns null when they are not, or no longer, there */
  get(key: string): Promise<Buffer | null>;
  /** Those used longest ago make room. What is larger than the whole cache is not kept. */
  put(key: string, bytes: Buffer): Promise<void>;
}
