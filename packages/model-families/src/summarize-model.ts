import type { ModelSummary } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Family } from './family.js';
import { labelColors } from './label-colors.js';

/** What a worker tells of a model it serves. */
export function summarizeModel(family: Family, { manifest, version }: LoadedManifest): ModelSummary {
  return {
    id: manifest.id,
    task: manifest.task,
    family: family.name,
    version,
    demo: manifest.demo,
    description: manifest.description,
    license: manifest.license,
    source: manifest.source ?? null,
    labels: labelColors(manifest),
    capabilities: [...family.capabilities(manifest)],
    options: family.requestOptions(manifest),
    input_size: family.inputSize(manifest),
  };
}
