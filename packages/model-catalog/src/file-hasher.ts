import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Gives the SHA-256 of a file in lower-case hex digits. */
export type HashFile = (path: string) => Promise<string>;

/**
 * A hasher that reads in pieces and remembers: a file whose path, size and time of change are as before is not read
 * again. It remembers nothing beyond the process.
 */
export function createFileHasher(): HashFile {
  const remembered = new Map<string, { fingerprint: string; sha256: string }>();
  return async (path) => {
    const { size, mtimeMs } = await stat(path);
    const fingerprint = `${size} ${mtimeMs}`;
    const known = remembered.get(path);
    if (known?.fingerprint === fingerprint) return known.sha256;
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path)) hash.update(piece);
    const sha256 = hash.digest('hex');
    remembered.set(path, { fingerprint, sha256 });
    return sha256;
  };
}
