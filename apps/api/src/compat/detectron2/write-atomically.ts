import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a file as a whole, or not at all. What stands there under this name is replaced: a link itself, not what it leads
 * to.
 * @param folder where it is to be, without links in its path
 */
export async function writeAtomically(folder: string, name: string, content: Buffer | string): Promise<void> {
  // Listings pass over names that begin with a dot.
  const unfinished = join(folder, `.${randomUUID()}.part`);
  try {
    await writeFile(unfinished, content, { flag: 'wx' });
    await rename(unfinished, join(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
