import { extname } from 'node:path';
import { detectImageFormat, ImageRejectedError } from '@darkroom/imaging';

/** Also of pictures that are not read here, so that somebody is told of them. */
const PICTURE_ENDINGS = new Set(
  '.avif .bmp .gif .heic .heif .jp2 .jpe .jpeg .jpg .jxl .png .tif .tiff .webp'.split(' '),
);

/**
 * Whether a file of a folder is there as a picture, by its beginning or its name. Others, such as what a system keeps about
 * a folder, are no picture that is damaged.
 */
export function isPictureFile(name: string, beginning: Buffer): boolean {
  if (PICTURE_ENDINGS.has(extname(name).toLowerCase())) return true;
  try {
    detectImageFormat(beginning);
    return true;
  } catch (error) {
    if (error instanceof ImageRejectedError) return false;
    throw error;
  }
}
