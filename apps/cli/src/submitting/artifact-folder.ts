import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { DarkroomClient } from '@darkroom/client';
import type { Job } from '@darkroom/contracts';
import { CommandFailure } from '../command-failure.js';
import { pictureName } from '../picture-word.js';

/** The folder that pictures and results are saved in: `cat.overlay.jpg`, `cat.segmentation_map.png`. */
export class ArtifactFolder {
  readonly #path: string;
  readonly #stems: ReadonlyMap<string, string>;

  private constructor(path: string, stems: ReadonlyMap<string, string>) {
    this.#path = path;
    this.#stems = stems;
  }

  /** @param pictures whose results are to come here; of one name, they are numbered */
  static async open(path: string, pictures: readonly string[]): Promise<ArtifactFolder> {
    await mkdir(path, { recursive: true }).catch((error: Error) => {
      throw new CommandFailure(`results can’t be saved in ${path}: ${error.message}`);
    });
    return new ArtifactFolder(path, uniqueStems(pictures));
  }

  /** Fetches a job’s artifacts, but not what it keeps for later prompts alone. @returns the files’ paths */
  async save(job: Job, picture: string, client: DarkroomClient, signal: AbortSignal): Promise<string[]> {
    const paths: string[] = [];
    for (const { name, role } of job.artifacts) {
      if (role === 'mask_logits') continue;
      const bytes = await client.artifact(job, name, { signal });
      paths.push(await this.write(`${this.#stems.get(picture)!}.${basename(name)}`, bytes));
    }
    return paths;
  }

  /** Writes a file of a picture’s own: `cat.txt`. */
  writeFor(picture: string, ending: string, content: string): Promise<string> {
    return this.write(`${this.#stems.get(picture)!}${ending}`, content);
  }

  async write(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.#path, name);
    await writeFile(path, content).catch((error: Error) => {
      throw new CommandFailure(`${path} can’t be written: ${error.message}`);
    });
    return path;
  }
}

function uniqueStems(pictures: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  const stems = new Map<string, string>();
  for (const picture of pictures) {
    const name = pictureName(picture);
    const stem = basename(name, extname(name));
    let unique = stem;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${stem}-${number}`;
    taken.add(unique.toLowerCase());
    stems.set(picture, unique);
  }
  return stems;
}
