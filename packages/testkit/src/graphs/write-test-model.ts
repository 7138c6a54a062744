import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';

export type TestGraphs = Uint8Array | Readonly<Record<string, Uint8Array>>;

export interface TestModel {
  readonly id: string;
  /** Bytes of the `.onnx` file; of a model of several, by their part in the family. */
  readonly graph: TestGraphs;
  /** Fields of the manifest that differ from the plain ones; each replaces the whole field. */
  readonly manifest?: Partial<ModelManifest>;
}

/**
 * Writes `<modelsFolder>/<id>/` with `model.json` and `graph.onnx`, or a graph for each part: a correct
 * semantic-segmentation model that stretches pictures to 32 × 32, unless `manifest` says otherwise.
 * @returns the model's folder, and the manifest as written
 */
export async function writeTestModel(
  modelsFolder: string,
  { id, graph, manifest: overrides = {} }: TestModel,
): Promise<{ folder: string; manifest: ModelManifest }> {
  const folder = join(modelsFolder, id);
  const graphs = graph instanceof Uint8Array ? { graph } : graph;
  const files = Object.entries(graphs).map(([part, bytes]) => [
    part,
    { path: `${part}.onnx`, sha256: createHash('sha256').update(bytes).digest('hex') },
  ]);
  const manifest: ModelManifest = {
    id,
    task: 'segmentation',
    family: 'semantic-segmentation',
    description: 'A tiny network for tests: the class of a pixel is the nearest reference colour.',
    license: 'Apache-2.0',
    files: Object.fromEntries(files),
    preparation: { resize: 'stretch', width: 32, height: 32, resampler: 'pil-bilinear' },
    ...overrides,
  };
  await mkdir(folder, { recursive: true });
  for (const [part, bytes] of Object.entries(graphs)) await writeFile(join(folder, `${part}.onnx`), bytes);
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { folder, manifest };
}
