import { opendir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, posix, sep } from 'node:path';
import { DarknetError, type DarknetFile } from './darknet-error.js';
import { parseDataFile } from './data-file.js';
import { LIMITS } from './limits.js';

/** The contents of a Darknet model's files, and what the files are called. */
export interface DarknetFolder {
  readonly cfg: Uint8Array;
  readonly weights: Uint8Array;
  readonly names: Uint8Array | undefined;
  readonly fileNames: { readonly cfg: string; readonly weights: string; readonly names: string | undefined };
}

const MAX_FOLDER_ENTRIES = 10_000;

/** Whether a folder holds a Darknet model: a `.cfg` and a `.weights` file. */
export async function isDarknetFolder(folder: string): Promise<boolean> {
  const files = await filesOf(folder);
  return filesOfKind(files, 'cfg').length > 0 && filesOfKind(files, 'weights').length > 0;
}

/**
 * Reads the one `.cfg`, the one `.weights` and, where there are, the `.names` file of a folder. Of several `.names`
 * files a `.data` file chooses: by the path that it has, or else by the file name alone, within the folder.
 * @throws DarknetError when one is missing, is there several times, or is too large
 */
export async function readDarknetFolder(folder: string): Promise<DarknetFolder> {
  const files = await filesOf(folder);
  const cfg = onlyOne(files, 'cfg');
  const weights = onlyOne(files, 'weights');
  if (cfg === undefined) throw new DarknetError('cfg', null, `expected a .cfg file in ${folder}, found none`);
  if (weights === undefined) {
    throw new DarknetError('weights', null, `expected a .weights file in ${folder}, found none`);
  }
  const names = (await namesOfDataFile(folder, files)) ?? onlyOne(files, 'names');
  const path = (name: string) => join(folder, name);
  return {
    cfg: await readLimited(path(cfg), 'cfg', LIMITS.textFileBytes),
    weights: await readLimited(path(weights), 'weights', LIMITS.weightsFileBytes),
    names: names === undefined ? undefined : await readLimited(path(names), 'names', LIMITS.textFileBytes),
    fileNames: { cfg, weights, names },
  };
}

/** Names of the entries of a folder. */
async function filesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    names.push(entry.name);
    if (names.length > MAX_FOLDER_ENTRIES) {
      throw new DarknetError(
        'cfg',
        null,
        `expected at most ${MAX_FOLDER_ENTRIES} files in ${folder}, found more`,
      );
    }
  }
  return names.sort();
}

function filesOfKind(files: readonly string[], kind: DarknetFile): string[] {
  return files.filter((name) => extname(name).toLowerCase() === `.${kind}`);
}

function onlyOne(files: readonly string[], kind: DarknetFile): string | undefined {
  const found = filesOfKind(files, kind);
  if (found.length <= 1) return found[0];
  throw new DarknetError(
    kind,
    null,
    `expected one .${kind} file, found ${found.join(', ')}. Leave only the right one in the folder`,
  );
}

/** Name of the `.names` file that a `.data` file means; never of one outside the folder. */
async function namesOfDataFile(folder: string, files: readonly string[]): Promise<string | undefined> {
  const dataFile = onlyOne(files, 'data');
  if (dataFile === undefined) return undefined;
  const { namesPath } = parseDataFile(
    await readLimited(join(folder, dataFile), 'data', LIMITS.textFileBytes),
  );
  if (namesPath === null) return undefined;
  const path = posix.normalize(namesPath.replaceAll('\\', '/'));
  for (const candidate of [path, posix.basename(path)]) {
    if (await isWithin(folder, candidate)) return candidate;
  }
  return undefined;
}

async function isWithin(folder: string, path: string): Promise<boolean> {
  if (posix.isAbsolute(path) || path.startsWith('..')) return false;
  try {
    const real = await realpath(join(folder, path));
    return real.startsWith((await realpath(folder)) + sep) && (await stat(real)).isFile();
  } catch {
    return false;
  }
}

async function readLimited(path: string, file: DarknetFile, maxBytes: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size <= maxBytes) return readFile(path);
  throw new DarknetError(file, null, `expected at most ${maxBytes} bytes in ${path}, found ${size}`);
}
