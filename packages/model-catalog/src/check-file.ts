import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { HashFile } from './file-hasher.js';

export interface ManifestFile {
  readonly path: string;
  readonly sha256: string;
}

export type FileFinding =
  | { readonly path: string; readonly problem: null }
  | { readonly field: 'path' | 'sha256'; readonly problem: string };

const atPath = (problem: string): FileFinding => ({ field: 'path', problem });

/**
 * Looks whether a file of a manifest lies in the model's folder, also when links are followed, and whether it is the
 * one that the manifest means.
 * @returns its absolute path, or what is wrong and with which field
 */
export async function checkFile(
  folder: string,
  file: ManifestFile,
  hashFile: HashFile,
): Promise<FileFinding> {
  const outside = `expected a path inside the model’s folder, got ${JSON.stringify(file.path)}`;
  if (isAbsolute(file.path) || file.path.split(/[\\/]/).includes('..')) {
    return atPath(`${outside}; write it relative to the folder, without \`..\``);
  }
  const path = join(folder, file.path);
  const real = await realpath(path).catch(() => null);
  if (real === null) return atPath(`there is no file ${file.path} in the model’s folder; put it there`);
  if (!isInside(await realpath(folder), real))
    return atPath(`${outside}, which is a link that leads out of it`);
  const stats = await stat(real);
  if (!stats.isFile()) return atPath(`expected a file, but ${file.path} is none`);
  return checkHash(path, file, hashFile);
}

async function checkHash(path: string, file: ManifestFile, hashFile: HashFile): Promise<FileFinding> {
  let actual: string;
  try {
    actual = await hashFile(path);
  } catch (error) {
    return atPath(`${file.path} cannot be read: ${(error as Error).message}`);
  }
  if (actual === file.sha256) return { path, problem: null };
  return {
    field: 'sha256',
    problem:
      `expected ${file.sha256}, but the file’s is ${actual}. If ${file.path} is the right file, ` +
      `write what \`sha256sum ${file.path}\` prints into the manifest; else fetch the file again`,
  };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
