import { readFileSync, statSync } from 'node:fs';

/** Vocabularies of a quarter of a million words fit. */
const MAX_BYTES = 64 * 1024 * 1024;

/** @throws Error when the file can't be read, or is larger than what belongs in a model's folder */
export function readTextFile(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, got ${size}`);
  return readFileSync(path, 'utf8');
}
