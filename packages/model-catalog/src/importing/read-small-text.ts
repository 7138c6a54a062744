import { readFile, stat } from 'node:fs/promises';
import { ImportError } from './import-error.js';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads a text file, whatever the system that wrote it.
 * @throws ImportError when it is too large or no text
 */
export async function readSmallText(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImportError(`${path} cannot be read: ${error.message}`);
  });
  if (!found.isFile()) throw new ImportError(`expected a file, but ${path} is none`);
  if (found.size > MAX_BYTES) {
    throw new ImportError(`expected a text of at most ${MAX_BYTES} bytes in ${path}, found ${found.size}`);
  }
  const bytes = await readFile(path);
  if (bytes.includes(0)) throw new ImportError(`expected text in ${path}, found binary data`);
  // A byte order mark at the beginning is left out by the decoder.
  return new TextDecoder().decode(bytes);
}
