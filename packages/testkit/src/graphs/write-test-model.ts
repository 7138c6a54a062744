import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';

export interface TestModel {
  readonly id: string;
  /** Bytes of the `.onnx` file. */
  readonly graph: Uint8Array;
  /** Fields of the manifest that differ from the plain ones; each replaces the whole field. */
  readonly manifest?: Partial<ModelManifest>;
}

/**
 * Writes `<modelsFolder>/<id>/` with `model.json` and `graph.onnx`: a correct semantic-segmentation model that
 * stretches pictures to 32 × 32, unless `manifest` says otherwise.
 * @returns the model's folder, and the manifest as written
 */
export async function writeTestModel(
  modelsFolder: string,
  { id, graph, manifest: overrides = {} }: TestModel,
): Promise<{ folder: string; manifest: ModelManifest }> {
  const folder = join(modelsFolder, id);
  const manifest: ModelManifest = {
    id,
    task: 'segmentation',
    family: 'semantic-segmentation',
    description: 'A tiny network for tests: the class of a pixel is the nearest reference colour.',
    license: 'Apache-2.0',
    files: { graph: { path: 'graph.onnx', sha256: createHash('sha256').update(graph).digest('hex') } },
    preparation: { resize: 'stretch', width: 32, height: 32, resampler: 'pil-bilinear' },
    ...overrides,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'graph.onnx'), graph);
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { folder, manifest };
}
