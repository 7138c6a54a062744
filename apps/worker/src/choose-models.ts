import type { Catalog } from '@darkroom/model-catalog';
import { ConfigurationError } from '@darkroom/service-kit';

/**
 * The models of a catalog that a worker is to serve.
 * @param ids as in `DARKROOM_MODELS`: comma-separated, empty for all
 * @param options.allMustBeThere at the start an id that isn't there is a typing mistake; later a model was taken away
 * @throws ConfigurationError that names those missing, those there are, and why others cannot be read
 */
export function chooseModels(
  catalog: Catalog,
  ids: string,
  { folders, allMustBeThere }: { readonly folders: readonly string[]; readonly allMustBeThere: boolean },
): Catalog {
  const wanted = ids
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  if (wanted.length === 0) return catalog;
  const models = catalog.models.filter((model) => wanted.includes(model.manifest.id));
  const missing = wanted.filter((id) => !models.some((model) => model.manifest.id === id));
  if (missing.length > 0 && allMustBeThere) {
    const there = catalog.models.map((model) => model.manifest.id).join(', ') || 'none';
    const rejected = catalog.rejected
      .map(({ folder, problems }) => `\n  ${folder}: ${problems.join('; ')}`)
      .join('');
    throw new ConfigurationError(
      `  DARKROOM_MODELS names ${missing.join(', ')}, which cannot be served. Models in ${folders.join(', ')}: ${there}.${rejected}`,
    );
  }
  return { ...catalog, models };
}
