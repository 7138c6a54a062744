import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, parse } from 'node:path';
import type { PromptFields } from '@darkroom/contracts';
import { ExpectedFailure } from './expected-failure.js';

const EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** A sample picture. */
export interface DemoPicture {
  readonly kind: 'picture';
  readonly fileName: string;
  /** What its results are called, without an extension. */
  readonly name: string;
  readonly bytes: Buffer;
  /** What to ask of it. */
  readonly prompts: readonly PromptFields[];
}

/** Prompts for the pictures of a folder, by file name. */
const PROMPTS_FILE = 'prompts.json';

/** The pictures of a folder itself; its subfolders hold what is known about them. */
export function readDemoPictures(folder: string): DemoPicture[] {
  const fileNames = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => entry.name)
    .sort();
  if (fileNames.length === 0) throw new ExpectedFailure(`there are no pictures in ${folder}`);
  const names = fileNames.map((fileName) => parse(fileName).name);
  const prompts = JSON.parse(readFileSync(join(folder, PROMPTS_FILE), 'utf8')) as Readonly<
    Record<string, readonly PromptFields[]>
  >;
  return fileNames.map((fileName, index) => {
    // `a.jpg` and `a.png` must not overwrite each other's results.
    const isUnique = names.filter((name) => name === names[index]).length === 1;
    return {
      kind: 'picture',
      fileName,
      name: isUnique ? names[index]! : fileName,
      bytes: readFileSync(join(folder, fileName)),
      prompts: prompts[fileName] ?? [],
    };
  });
}
