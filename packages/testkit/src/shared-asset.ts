import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Real models and photos, which are kept beside the repository and not in it. */
const FOLDER = new URL('../../../../shared/assets/', import.meta.url);

/** Path of a file or folder there, or `null` where it is absent, which is said. */
export function sharedAsset(path: string): string | null {
  const url = new URL(path, FOLDER);
  if (existsSync(url)) return fileURLToPath(url);
  console.info(`skipping tests with ${path}: ../shared/assets has it not`);
  return null;
}
