import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelIds } from './model-ids.js';
import { MANIFEST_MAX_BYTES, MANIFEST_NAME } from './read-model-folder.js';

/** Files of one model beyond this are not looked at. */
const MOST_FILES = 100;

/**
 * A text that is another one once a model came or went, or its manifest or a file that this names was written to:
 * much cheaper than reading and checking the models again.
 */
export async function fingerprintModels(folders: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const folder of folders) {
    const ids = await modelIds(folder);
    if (!Array.isArray(ids)) lines.push(`${folder} ${JSON.stringify(ids)}`);
    else for (const id of ids) lines.push(...(await fingerprintModel(join(folder, id))));
  }
  return lines.join('\n');
}

async function fingerprintModel(folder: string): Promise<string[]> {
  const manifest = join(folder, MANIFEST_NAME);
  const paths = (await filesNamedIn(manifest)).map((path) => join(folder, path));
  return Promise.all([manifest, ...paths].map(fingerprintFile));
}

async function fingerprintFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unreadable');
  return typeof found === 'string' ? `${path} ${found}` : `${path} ${found.size} ${found.mtimeMs}`;
}

/** What the manifest names, right or wrong; nothing when it cannot be read. */
async function filesNamedIn(manifest: string): Promise<string[]> {
  try {
    if ((await stat(manifest)).size > MANIFEST_MAX_BYTES) return [];
    const { files } = JSON.parse(await readFile(manifest, 'utf8')) as { files?: unknown };
    return Object.values(files ?? {})
      .flatMap((file: { path?: unknown } | null) => (typeof file?.path === 'string' ? [file.path] : []))
      .slice(0, MOST_FILES);
  } catch {
    return [];
  }
}
