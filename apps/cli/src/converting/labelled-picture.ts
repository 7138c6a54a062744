import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { ImageRejectedError, readImageHeader } from '@darkroom/imaging';
import type { LabelmeFile } from './labelme-file.js';
import type { PictureSize } from './labelme-outline.js';

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_PIXELS = 1e9;

export interface LabelledPicture extends PictureSize {
  /** Seen from the folder, with `/` on every system. */
  readonly fileName: string;
}

export type FoundPicture =
  | { readonly picture: LabelledPicture; readonly problem: null }
  | { readonly picture: null; readonly problem: string };

const refuse = (problem: string): FoundPicture => ({ picture: null, problem });

/**
 * The picture that a file of labelme is about, with its size as displayed. It lies where the file says, or beside the
 * file where the folder was moved, and always in the folder.
 * @param folder real path of the folder that is converted
 * @param jsonPath real path of a file in it
 */
export async function findLabelledPicture(
  folder: string,
  jsonPath: string,
  content: LabelmeFile,
): Promise<FoundPicture> {
  // labelme on Windows writes its separators.
  const named = content.imagePath.replaceAll('\\', '/');
  const beside = dirname(jsonPath);
  const candidates = [isAbsolute(named) ? named : join(beside, named), join(beside, basename(named))];
  const real = await Promise.all(candidates.map((path) => realpath(path).catch(() => null)));
  const path = real.find((one) => one !== null && isWithin(folder, one));
  if (path) return describe(folder, path, content);
  if (real.some((one) => one !== null)) {
    return refuse(`its picture ${content.imagePath} lies outside of the folder; give one that holds both`);
  }
  return refuse(
    `its picture ${content.imagePath} is missing; what labelme kept of it in imageData is not read`,
  );
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function describe(folder: string, path: string, content: LabelmeFile): Promise<FoundPicture> {
  const found = await stat(path);
  const fileName = relative(folder, path).split(sep).join('/');
  if (!found.isFile() || found.size > MAX_BYTES) {
    return refuse(`expected a picture of at most ${MAX_BYTES} bytes in ${fileName}`);
  }
  try {
    const { width, height } = await readImageHeader(await readFile(path), { maxPixels: MAX_PIXELS });
    const { imageWidth, imageHeight } = content;
    const isOther = (given: number | null | undefined, actual: number) => given != null && given !== actual;
    if (isOther(imageWidth, width) || isOther(imageHeight, height)) {
      return refuse(
        `it was labelled at ${imageWidth} × ${imageHeight} pixels, but its picture ${fileName} has ${width} × ${height}`,
      );
    }
    return { picture: { fileName, width, height }, problem: null };
  } catch (error) {
    if (error instanceof ImageRejectedError) return refuse(`its picture ${fileName}: ${error.message}`);
    throw error;
  }
}
