import { statfs } from 'node:fs/promises';
import { byteText } from '../byte-text.js';
import { notFetched } from './download-failure.js';
import type { ModelAddress } from './model-address.js';

/** @throws CommandFailure when the disk that a folder is on has less room than a file needs */
export async function checkFreeSpace(
  folder: string,
  address: ModelAddress,
  neededBytes: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  throw notFetched(
    address,
    `expected ${byteText(neededBytes)} of free space in ${folder} to fetch and copy it, there is ${byteText(freeBytes)}`,
  );
}
