import { join, resolve } from 'node:path';
import { createFileHasher, type HashFile } from './file-hasher.js';
import type { LoadedManifest } from './loaded-manifest.js';
import { modelIds } from './model-ids.js';
import { describeProblem } from './model-problem.js';
import { type KnownFamily, readModelFolder } from './read-model-folder.js';

export interface Catalog {
  readonly models: readonly LoadedManifest[];
  /** Model folders that are left out, and why. */
  readonly rejected: readonly { readonly folder: string; readonly problems: string[] }[];
  /** What is worth a line in the log and no fault: a folder that isn't there, a model hidden by an earlier one. */
  readonly notes: readonly string[];
}

export interface Known {
  readonly families: readonly KnownFamily[];
}

/**
 * Reads the models in the folders given. Every subfolder with a `model.json` is a model; others, such as
 * `training/`, are not looked at. Of models with the same id, the one in the earlier folder counts, even when it is
 * rejected: nobody gets other weights than those asked for. A model with problems is left out, the others serve.
 * @param hashFile given again, it need not read again what has not changed
 */
export async function readCatalog(
  folders: readonly string[],
  known: Known,
  hashFile: HashFile = createFileHasher(),
): Promise<Catalog> {
  const models: LoadedManifest[] = [];
  const rejected: { folder: string; problems: string[] }[] = [];
  const notes: string[] = [];
  const folderOfId = new Map<string, string>();
  for (const modelsFolder of folders.map((folder) => resolve(folder))) {
    const ids = await modelIds(modelsFolder);
    if (ids === 'no folder') {
      notes.push(`there is no folder ${modelsFolder}; it is skipped`);
      continue;
    }
    if ('problem' in ids) {
      rejected.push({ folder: modelsFolder, problems: [ids.problem] });
      continue;
    }
    for (const id of ids) {
      const folder = join(modelsFolder, id);
      const earlier = folderOfId.get(id);
      if (earlier !== undefined) {
        notes.push(`${folder} is not used: ${earlier} has the same id and comes first`);
        continue;
      }
      folderOfId.set(id, folder);
      const { loaded, problems } = await readModelFolder(folder, known.families, hashFile);
      if (loaded) models.push(loaded);
      else rejected.push({ folder, problems: problems.map(describeProblem) });
    }
  }
  return { models, rejected, notes };
}
