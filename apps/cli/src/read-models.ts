import { basename } from 'node:path';
import { nearestName } from '@darkroom/contracts';
import { type Catalog, type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { FAMILIES } from '@darkroom/model-families';
import type { CommandContext } from './command-context.js';
import { CommandFailure } from './command-failure.js';
import { step } from './step.js';

export type RejectedFolder = Catalog['rejected'][number];

/** Reads the models in all folders, with the hashes of their files. */
export function readModels({ modelsFolders, terminal }: CommandContext): Promise<Catalog> {
  return step(terminal, 'reading the models', () => readCatalog(modelsFolders, { families: FAMILIES }));
}

/**
 * The models that are called so, sound or not.
 * @throws CommandFailure when there is none of one of these ids
 */
export function modelsNamed(
  ids: readonly string[],
  { models, rejected }: Catalog,
  { modelsFolders }: Pick<CommandContext, 'modelsFolders'>,
): { readonly models: LoadedManifest[]; readonly rejected: RejectedFolder[] } {
  const known = [
    ...models.map(({ manifest }) => manifest.id),
    ...rejected.map(({ folder }) => basename(folder)),
  ];
  for (const id of ids) {
    if (known.includes(id)) continue;
    const nearest = nearestName(id, known);
    const remedy = nearest ? `did you mean ${nearest}?` : `there are ${known.join(', ') || 'none'}`;
    throw new CommandFailure(`there is no model ${id} in ${modelsFolders.join(' and ')}; ${remedy}`);
  }
  return {
    models: models.filter(({ manifest }) => ids.includes(manifest.id)),
    rejected: rejected.filter(({ folder }) => ids.includes(basename(folder))),
  };
}
