import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { MANIFEST_NAME } from '@darkroom/model-catalog';
import { SAMPLE_FOLDER } from '@darkroom/model-catalog/importing';
import type { Sample } from '../graphs/graph-messages.js';

export async function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Writes the pictures of a sample beside the model.
 * @returns their paths in the model’s folder
 */
export async function writeSample(folder: string, { files }: Sample): Promise<string[]> {
  await mkdir(join(folder, SAMPLE_FOLDER), { recursive: true });
  const paths: string[] = [];
  for (const { name, bytes } of files) {
    const path = join(SAMPLE_FOLDER, basename(name));
    await writeFile(join(folder, path), bytes);
    paths.push(path);
  }
  return paths;
}
