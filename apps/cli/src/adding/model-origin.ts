import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ORIGIN_NAME = 'origin.json';
const MOST_BYTES = 1024 * 1024;

/** What is kept beside a model of where it was fetched from, so that it need not be fetched again. */
export interface ModelOrigin {
  /** Hash of what was asked for: see `requestKey`. `null` of what lay on the disk. */
  readonly request: string | null;
  readonly files: readonly { readonly address: string; readonly bytes: number; readonly sha256: string }[];
}

export async function writeOrigin(folder: string, origin: ModelOrigin): Promise<void> {
  await writeFile(join(folder, ORIGIN_NAME), `${JSON.stringify(origin, null, 2)}\n`);
}

/** @returns `null` where nothing, or nothing that can be read, is kept */
export async function readOrigin(folder: string): Promise<ModelOrigin | null> {
  const text = await readFile(join(folder, ORIGIN_NAME), 'utf8').catch(() => '');
  if (text.length === 0 || text.length > MOST_BYTES) return null;
  try {
    const { request = null, files = [] } = JSON.parse(text) as Partial<ModelOrigin>;
    return { request, files };
  } catch {
    return null;
  }
}
