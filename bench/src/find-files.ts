import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from './arguments.js';

/** Real models and photos, which are kept beside the repository and not in it. */
const ASSETS = new URL('../../../shared/assets/', import.meta.url);

/**
 * The folder of the Darknet model that was asked for, or the usual one; `null` where that is not there.
 * @throws UsageError when the one asked for is not there
 */
export function findModelFolder(asked: string | null): string | null {
  return find('model', asked, 'models/yolo-fastest-1.1');
}

/** Likewise the photo. @throws UsageError */
export function findPhotoFile(asked: string | null): string | null {
  return find('photo', asked, 'photos/coral_cat_720p.jpg');
}

function find(option: string, asked: string | null, usual: string): string | null {
  const path = asked ?? fileURLToPath(new URL(usual, ASSETS));
  if (existsSync(path)) return path;
  if (asked === null) return null;
  throw new UsageError(`--${option} takes a path that exists, got "${asked}"`);
}
