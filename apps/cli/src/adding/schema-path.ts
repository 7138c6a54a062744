import { join, relative, sep } from 'node:path';
import { REPOSITORY_ROOT } from '../repository-root.js';

/** Path of the manifests’ JSON Schema seen from a model’s folder; `null` where that is not in the repository. */
export function schemaPathFrom(modelsFolder: string, id: string): string | null {
  const isInside = `${modelsFolder}${sep}`.startsWith(`${REPOSITORY_ROOT}${sep}`);
  if (!isInside) return null;
  return relative(join(modelsFolder, id), join(REPOSITORY_ROOT, 'models', 'model.schema.json'));
}
