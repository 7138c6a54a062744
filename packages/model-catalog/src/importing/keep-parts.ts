import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StagedGraph } from './stage-model.js';

/**
 * Takes away the graphs that are no part of the model after all.
 * @param parts paths of its graphs by their part in the manifest
 * @returns the paths of all its files by part: files of weights are `<part>_data`, `<part>_data_2` …; one that several
 * graphs share is the first one's
 */
export async function keepParts(
  folder: string,
  graphs: readonly StagedGraph[],
  parts: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [part, path] of Object.entries(parts)) {
    files[part] = path;
    const { weights = [] } = graphs.find((graph) => graph.path === path) ?? {};
    const own = weights.filter((one) => !Object.values(files).includes(one));
    for (const [index, one] of own.entries()) {
      files[index === 0 ? `${part}_data` : `${part}_data_${index + 1}`] = one;
    }
  }
  const kept = new Set(Object.values(files));
  const unused = graphs.flatMap(({ path, weights }) => [path, ...weights]).filter((path) => !kept.has(path));
  for (const path of new Set(unused)) await remove(folder, path);
  return files;
}

/** With the folders that are empty then. */
async function remove(folder: string, path: string): Promise<void> {
  await rm(join(folder, path));
  for (let way = dirname(path); way !== '.'; way = dirname(way)) {
    const isRemoved = await rmdir(join(folder, way)).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}
