import { join } from 'node:path';
import type { ModelManifest, Preparation, Task } from '@darkroom/contracts';
import type { HashFile } from '../file-hasher.js';
import type { ChosenLabels } from './choose-labels.js';

/** What a manifest is made of beside the files. */
export interface ManifestParts {
  readonly id: string;
  /** Paths by their part in the manifest, relative to the model’s folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly task: Task;
  readonly family: string;
  readonly labels: ChosenLabels;
  /** `null` where the model prepares no pictures. */
  readonly preparation: Preparation | null;
  readonly familyOptions: Readonly<Record<string, unknown>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly license: string;
  readonly source: string;
  /** Path of the manifest’s JSON Schema seen from the model’s folder; `null` for none. */
  readonly schemaPath: string | null;
}

/** Writes down what a model is, with the hashes of its files. */
export async function composeManifest(
  parts: ManifestParts,
  folder: string,
  hashFile: HashFile,
): Promise<ModelManifest> {
  const hashed = await Promise.all(
    Object.entries(parts.files).map(
      async ([part, path]) => [part, { path, sha256: await hashFile(join(folder, path)) }] as const,
    ),
  );
  return {
    ...(parts.schemaPath !== null && { $schema: parts.schemaPath }),
    id: parts.id,
    task: parts.task,
    family: parts.family,
    description: parts.description,
    license: parts.license,
    source: parts.source,
    files: Object.fromEntries(hashed),
    ...(parts.labels.labels && { labels: [...parts.labels.labels] }),
    ...(parts.labels.palette && { palette: parts.labels.palette }),
    ...(parts.preparation && { preparation: parts.preparation }),
    ...(Object.keys(parts.defaults).length > 0 && { defaults: parts.defaults }),
    ...(Object.keys(parts.familyOptions).length > 0 && { family_options: parts.familyOptions }),
  };
}
