import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { CommandFailure } from '../command-failure.js';
import { isUrl } from '../picture-word.js';

/** Endings of the formats that are read. */
const ENDINGS = ['.avif', '.gif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp'];
const MOST_PICTURES = 100_000;

/**
 * The pictures that words of a command line mean: files as they are, all pictures of a folder (not of those within), and
 * those that a pattern matches; and URLs. Each once, in the order of the words, and by name within one.
 * @throws CommandFailure when a word means none
 */
export async function findPictures(words: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const word of words) {
    for (const path of await picturesOf(word)) found.add(path);
    if (found.size > MOST_PICTURES) {
      throw new CommandFailure(`expected at most ${MOST_PICTURES} pictures, found more in ${word}`);
    }
  }
  return [...found];
}

async function picturesOf(word: string): Promise<string[]> {
  if (isUrl(word)) {
    if (URL.canParse(word)) return [word];
    throw new CommandFailure(`${word} cannot be read as a URL`);
  }
  const path = resolve(word);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return picturesIn(path);
  if (found) return [path];
  if (!isDynamicPattern(word))
    throw new CommandFailure(`there is no picture ${word}, no folder and no pattern of that name`);
  const matched = await glob(word, { absolute: true, onlyFiles: true, expandDirectories: false });
  const pictures = matched.filter(isPicture).sort();
  if (pictures.length > 0) return pictures;
  throw new CommandFailure(`no picture matches ${word}; pictures end in ${ENDINGS.join(', ')}`);
}

async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const pictures = entries
    .filter((entry) => !entry.isDirectory() && isPicture(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();
  if (pictures.length > 0) return pictures;
  throw new CommandFailure(`there is no picture in ${folder}; pictures end in ${ENDINGS.join(', ')}`);
}

function isPicture(path: string): boolean {
  return !basename(path).startsWith('.') && ENDINGS.includes(extname(path).toLowerCase());
}
