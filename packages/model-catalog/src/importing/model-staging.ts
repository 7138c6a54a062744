import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ImportError } from './import-error.js';

const PREFIX = '.adding-';
const REPLACED = 'replaced';
/** What is left of an addition that was killed is taken away after this time. */
const LEFT_OVER_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * A model's folder while it is made. It lies in the models' folder, under a name that no worker looks at, so that the
 * last step is a rename: the model is there as a whole or not at all.
 */
export class ModelStaging {
  /** The folder to fill; it has the name that it will have in the end. */
  readonly folder: string;
  readonly #modelsFolder: string;
  readonly #id: string;
  readonly #parent: string;

  private constructor(modelsFolder: string, id: string, parent: string) {
    this.#modelsFolder = modelsFolder;
    this.#id = id;
    this.#parent = parent;
    this.folder = join(parent, id);
  }

  /** @throws ImportError when the models' folder cannot be written to */
  static async begin(modelsFolder: string, id: string): Promise<ModelStaging> {
    try {
      await mkdir(modelsFolder, { recursive: true });
      await removeLeftOvers(modelsFolder);
      const staging = new ModelStaging(modelsFolder, id, await mkdtemp(join(modelsFolder, PREFIX)));
      await mkdir(staging.folder);
      return staging;
    } catch (error) {
      throw new ImportError(
        `models are added to ${modelsFolder}, which cannot be written to: ${(error as Error).message}. Set DARKROOM_MODELS_DIR to folders whose first is yours`,
        { cause: error },
      );
    }
  }

  /**
   * Puts the folder in its place.
   * @returns the model's folder
   * @throws ImportError when there is one already and it isn't to be replaced
   */
  async commit({ replace }: { readonly replace: boolean }): Promise<string> {
    const target = join(this.#modelsFolder, this.#id);
    const replaced = join(this.#parent, REPLACED, this.#id);
    if (await exists(target)) {
      if (!replace) {
        throw new ImportError(`there is a model ${this.#id} already; give --replace or another --id`);
      }
      await mkdir(join(this.#parent, REPLACED));
      await rename(target, replaced);
    }
    try {
      await rename(this.folder, target);
    } catch (error) {
      if (await exists(replaced)) await rename(replaced, target);
      throw error;
    }
    await this.discard();
    return target;
  }

  /** Takes away what is here, if anything is. */
  async discard(): Promise<void> {
    await rm(this.#parent, { recursive: true, force: true });
  }
}

/** Of an addition that was killed while it replaced a model, that model is put back. */
async function removeLeftOvers(modelsFolder: string): Promise<void> {
  for (const name of await readdir(modelsFolder)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(modelsFolder, name);
    const found = await lstat(path).catch(() => null);
    if (!found?.isDirectory() || Date.now() - found.mtimeMs < LEFT_OVER_AFTER_MS) continue;
    for (const id of await readdir(join(path, REPLACED)).catch(() => [])) {
      const target = join(modelsFolder, id);
      if (!(await exists(target))) await rename(join(path, REPLACED, id), target);
    }
    await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
