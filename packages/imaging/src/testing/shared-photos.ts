import { existsSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../../../shared/assets/photos/', import.meta.url);

/** Whether the photos, which are kept outside the repository, are there. Says so once where they aren't. */
export const hasSharedPhotos = existsSync(FOLDER);

if (!hasSharedPhotos) console.info('skipping tests with real photos: ../shared/assets/photos is not there');

export function sharedPhoto(fileName: string): Buffer {
  return readFileSync(new URL(fileName, FOLDER));
}
