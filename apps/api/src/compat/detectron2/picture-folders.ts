import { constants } from 'node:fs';
import { lstat, mkdir, open, opendir, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { DarkroomError } from '@darkroom/contracts';
import { uploadTooLarge } from '../../upload-too-large.js';
import { faultInFileName, shownName } from './file-name.js';
import { writeAtomically } from './write-atomically.js';

/** Folders with more are a mistake, and would take days. */
export const FILES_MAX = 10_000;

const FOLDERS = { input: 'input/images', pictures: 'output/images', texts: 'output/string_images' } as const;

type FolderName = keyof typeof FOLDERS;

const ENTRIES_AT_ONCE = 512;

/** Enough to tell what a file is. */
const BEGINNING_BYTES = 4096;

/** A link is not followed, and a pipe that nobody writes to is not waited for. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The folders that pictures come from, and that files go to. Names are those of files right in them: none leads out of a
 * folder, and neither do links.
 */
export class PictureFolders {
  readonly #root: string;
  readonly #filesMax: number;

  /** @param root a relative one counts from where the process was started */
  constructor(root: string, filesMax = FILES_MAX) {
    this.#root = resolve(root);
    this.#filesMax = filesMax;
  }

  /**
   * The path of a folder, without links in it. One that is not there is made.
   * @throws Error when it can't be made, or leads elsewhere
   */
  async path(name: FolderName): Promise<string> {
    const folder = join(this.#root, FOLDERS[name]);
    await mkdir(folder, { recursive: true });
    const [root, real] = await Promise.all([realpath(this.#root), realpath(folder)]);
    if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
    throw new Error(`${folder} is a link that leads to ${real}, outside of ${root}`);
  }

  /** Makes the folders that are not there. @throws Error when one can't be made, or leads elsewhere */
  async prepare(): Promise<void> {
    for (const name of Object.keys(FOLDERS) as FolderName[]) await this.path(name);
  }

  /** Names of the files of the input folder, by name. @throws DarkroomError when there are too many */
  async list(): Promise<string[]> {
    const names: string[] = [];
    const folder = await opendir(await this.path('input'), { bufferSize: ENTRIES_AT_ONCE });
    let entries = 0;
    for await (const entry of folder) {
      if (++entries > this.#filesMax) throw tooManyFiles(this.#filesMax);
      if (entry.isFile() && !entry.name.startsWith('.')) names.push(entry.name);
    }
    return names.sort();
  }

  /** Whether the input folder has a file of this name, which may come from outside. */
  async has(name: string): Promise<boolean> {
    if (faultInFileName(name) !== null) return false;
    const found = await lstat(join(await this.path('input'), name)).catch(() => null);
    return found?.isFile() ?? false;
  }

  /**
   * Reads a file of the input folder.
   * @param isWanted sees its beginning; what is not wanted is not read further
   * @returns null for what is not wanted
   * @throws DarkroomError for one that is too large, that is not there, or whose name is not to be one
   */
  async read(
    name: string,
    maxBytes: number,
    isWanted: (beginning: Buffer) => boolean,
  ): Promise<Buffer | null> {
    requireFileName('image_names', name);
    const path = join(await this.path('input'), name);
    const file = await open(path, READ_FLAGS).catch((error) => {
      throw new DarkroomError('image_missing', noSuchImage(name), { cause: error });
    });
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new DarkroomError('image_missing', noSuchImage(name));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
      if (!isWanted(buffer.subarray(0, bytesRead))) return null;
      if (stat.size > maxBytes) throw uploadTooLarge(maxBytes, stat.size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  /** @throws DarkroomError when it can't be written */
  async write(folder: FolderName, name: string, content: Buffer | string): Promise<void> {
    try {
      await writeAtomically(await this.path(folder), name, content);
    } catch (error) {
      throw notWritten(`${FOLDERS[folder]}/${shownName(name)}`, error as NodeJS.ErrnoException);
    }
  }
}

export function noSuchImage(name: string): string {
  return `no such image ${shownName(name)}`;
}

/** @throws DarkroomError that names the field */
export function requireFileName(field: string, name: string): void {
  const fault = faultInFileName(name);
  if (fault === null) return;
  const detail = `"${field}" takes the name of a file, such as cat.jpg; of "${shownName(name)}", ${fault}.`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: `#/${field}`, detail }] });
}

function tooManyFiles(filesMax: number): DarkroomError {
  return new DarkroomError(
    'invalid_field',
    `There are more than ${filesMax} files in ${FOLDERS.input}. Take some out, or name those that you want with detect-area-by-name.`,
  );
}

function notWritten(path: string, error: NodeJS.ErrnoException): DarkroomError {
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new DarkroomError(
    isFull ? 'storage_full' : 'internal_error',
    `The file ${path} under DARKROOM_COMPAT_DETECTRON2_DIR could not be written (${error.code ?? error.message}). Make room there, or let the service write there.`,
    { cause: error },
  );
}
