import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { FAMILIES } from '../families.js';

const MODELS = fileURLToPath(new URL('../../../../models', import.meta.url));

/** A model that comes with the repository. @throws Error when it, or any beside it, cannot be read */
export async function readDemoModel(id: string): Promise<LoadedManifest> {
  const { models, rejected } = await readCatalog([MODELS], { families: FAMILIES });
  const found = models.find(({ manifest }) => manifest.id === id);
  if (rejected.length > 0 || !found) throw new Error(`${id}: ${JSON.stringify(rejected)}`);
  return found;
}

/** What PyTorch answers for it, as its own program in `models/training` wrote it down. */
export async function readGolden<Golden>({ folder }: LoadedManifest): Promise<Golden> {
  return JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')) as Golden;
}
