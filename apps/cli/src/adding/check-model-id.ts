import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelManifestSchema } from '@darkroom/contracts';
import { CommandFailure } from '../command-failure.js';
import type { AddRequest } from './add-request.js';

/** @throws CommandFailure when a model cannot be called so, or another one is */
export async function checkModelId(
  id: string,
  modelsFolders: readonly string[],
  { replace }: Pick<AddRequest, 'replace'>,
): Promise<void> {
  const { pattern } = ModelManifestSchema.properties.id as { pattern?: string };
  if (!new RegExp(pattern!).test(id)) {
    throw new CommandFailure(
      `expected an id of lower-case letters, digits, ".", "_" and "-", up to 64, got ${JSON.stringify(id)}; give another --id`,
    );
  }
  if (replace) return;
  for (const [index, folder] of modelsFolders.entries()) {
    const path = join(folder, id);
    if ((await lstat(path).catch(() => null)) === null) continue;
    const effect = index === 0 ? 'to replace it' : 'to have the new one used in its place';
    throw new CommandFailure(
      `there is a model ${id} already, in ${path}; give --replace ${effect}, or another --id`,
    );
  }
}
