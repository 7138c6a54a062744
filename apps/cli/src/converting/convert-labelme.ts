import { readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { readLabelFile } from '@darkroom/model-catalog/importing';
import { CommandFailure } from '../command-failure.js';
import { findLabelledPicture } from './labelled-picture.js';
import { readLabelmeFile } from './labelme-file.js';
import { type Labelled, type LabelledCocoFile, labelmeToCoco } from './labelme-to-coco.js';

const MOST_FILES = 100_000;
const DEEPEST = 16;

export interface ConvertedLabels {
  readonly file: LabelledCocoFile;
  /** What was left out of it by design, a line each. */
  readonly notes: readonly string[];
  /** Files that are not in it, and why, a line each. */
  readonly problems: readonly string[];
}

/**
 * Reads all that labelme wrote in a folder and in those within.
 * @param labelsPath a file with the classes in their order
 * @throws CommandFailure when there is nothing to convert
 */
export async function convertLabelme(
  folder: string,
  labelsPath: string | undefined,
  signal: AbortSignal,
): Promise<ConvertedLabels> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new CommandFailure(`there is no folder ${folder}`);
  const labels = labelsPath === undefined ? null : await readClasses(labelsPath);
  const root = await realpath(folder);
  const labelled: Labelled[] = [];
  const problems: string[] = [];
  for (const path of await jsonFilesIn(root)) {
    signal.throwIfAborted();
    const read = await readLabelmeFile(path);
    if (read === null) continue;
    const { picture, problem } = read.content
      ? await findLabelledPicture(root, path, read.content)
      : { picture: null, problem: read.problem };
    if (picture && read.content) labelled.push({ picture, content: read.content });
    else problems.push(`${relative(root, path)}: ${problem}`);
  }
  if (labelled.length + problems.length === 0) {
    throw new CommandFailure(
      `labelme has written nothing in ${folder}: expected .json files with shapes and an imagePath`,
    );
  }
  return { ...labelmeToCoco(labelled, labels), problems };
}

/** A class that stands twice would have two ids. */
async function readClasses(path: string): Promise<readonly string[]> {
  const labels = await readLabelFile(path);
  const twice = labels.find((label, index) => labels.indexOf(label) < index);
  if (twice === undefined) return labels;
  throw new CommandFailure(`${path} names the class “${twice}” twice; expected each once`);
}

/** In the order of their names. Links are not followed, so that all of them are in the folder. */
async function jsonFilesIn(root: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > DEEPEST)
      throw new CommandFailure(`expected folders at most ${DEEPEST} deep, found more in ${root}`);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await visit(join(folder, entry.name), depth + 1);
      else if (entry.isFile() && entry.name.toLowerCase().endsWith('.json'))
        files.push(join(folder, entry.name));
      if (files.length > MOST_FILES)
        throw new CommandFailure(`expected at most ${MOST_FILES} files in ${root}`);
    }
  };
  await visit(root, 0);
  return files;
}

/**
 * A new file that is written at the end; none is overwritten.
 * @throws CommandFailure before all the work when it cannot be
 */
export async function newFile(path: string): Promise<(text: string) => Promise<void>> {
  const exists = () =>
    new CommandFailure(`${path} exists, and nothing is overwritten: remove it, or give another --output`);
  if (await stat(path).catch(() => null)) throw exists();
  const folder = dirname(resolve(path));
  if (!(await stat(folder).catch(() => null))) throw new CommandFailure(`there is no folder ${folder}`);
  return async (text) => {
    await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? exists() : error;
    });
  };
}
