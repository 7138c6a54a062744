import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { GeneratedImage } from '@darkroom/contracts';
import { CommandFailure } from '../command-failure.js';

const STEM_LENGTH = 40;
const MOST_TRIES = 10_000;

/** The folder that generated pictures are saved in, under their prompt and seed: `a-red-boat-7.png`. Nothing there is overwritten. */
export class PictureFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<PictureFolder> {
    await mkdir(path, { recursive: true }).catch((error: Error) => {
      throw new CommandFailure(`pictures can’t be saved in ${path}: ${error.message}`);
    });
    return new PictureFolder(path);
  }

  /** @returns the file's path */
  async save({ prompt, seed, artifact }: GeneratedImage, bytes: Uint8Array): Promise<string> {
    const stem = `${promptStem(prompt)}-${seed}`;
    for (let number = 1; number <= MOST_TRIES; number++) {
      const name = `${stem}${number === 1 ? '' : `-${number}`}${extname(artifact ?? '')}`;
      const path = join(this.#path, name);
      try {
        await writeFile(path, bytes, { flag: 'wx' });
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw new CommandFailure(`${path} can’t be written: ${(error as Error).message}`);
        }
      }
    }
    throw new CommandFailure(`${this.#path} has ${MOST_TRIES} pictures named ${stem} already`);
  }
}

/** A prompt's letters and digits, of any script, as the beginning of a file name. */
export function promptStem(prompt: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const letters = [...words.join('-')].slice(0, STEM_LENGTH).join('').replace(/-$/, '');
  return letters === '' ? 'picture' : letters;
}
