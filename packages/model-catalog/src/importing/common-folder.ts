import { dirname, relative, sep } from 'node:path';

/** The deepest folder that all files lie in, at whatever depth. @param paths absolute, one at least */
export function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!);
  while (!paths.every((path) => isBelow(folder, path))) folder = dirname(folder);
  return folder;
}

/** Whether a file or folder lies in another one, at whatever depth; by name, links are not followed. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}
