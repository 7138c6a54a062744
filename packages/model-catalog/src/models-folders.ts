import { resolve } from 'node:path';

/**
 * The folders that `DARKROOM_MODELS_DIR` names, separated by colons; the first is the one that models are added to.
 * @param root what relative ones are relative to
 */
export function modelsFolders(setting: string, root: string): string[] {
  return setting
    .split(':')
    .filter(Boolean)
    .map((folder) => resolve(root, folder));
}
