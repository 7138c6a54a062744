import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that speak Redis; Valkey is its continuation under a free licence and takes the same options. */
export const REDIS_SERVER_PROGRAMS = ['redis-server', 'valkey-server'] as const;

/**
 * The path of the first Redis or Valkey server among the folders of `searchPath`, or `null` where there is none.
 *
 * @param searchPath folders as in the variable PATH
 */
export function findRedisServer(searchPath: string = process.env.PATH ?? ''): string | null {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  for (const program of REDIS_SERVER_PROGRAMS) {
    const found = folders.map((folder) => join(folder, program)).find(isExecutable);
    if (found !== undefined) return found;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
