import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_NAME } from './read-model-folder.js';

/** Folders of models beyond this are a mistake, such as a whole disk given as the models' folder. */
const MOST_MODELS = 500;

/**
 * Names of the subfolders of a models' folder that hold a manifest, in alphabetical order; or why there are none.
 */
export async function modelIds(modelsFolder: string): Promise<string[] | 'no folder' | { problem: string }> {
  const ids: string[] = [];
  try {
    for (const name of (await readdir(modelsFolder)).sort()) {
      // Those that begin with a dot are being written, or were left behind.
      if (name.startsWith('.')) continue;
      if (await stat(join(modelsFolder, name, MANIFEST_NAME)).catch(() => null)) ids.push(name);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'no folder';
    return { problem: `cannot be read: ${(error as Error).message}` };
  }
  if (ids.length <= MOST_MODELS) return ids;
  return { problem: `holds ${ids.length} models; at most ${MOST_MODELS} are taken. Is it the right folder?` };
}
