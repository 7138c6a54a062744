import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest, SemanticOptions, SemanticResult } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { openGraph } from '@darkroom/inference';
import { describeProblem, type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { type TestGraphs, writeTestModel } from '@darkroom/testkit';
import { FAMILIES } from '../families.js';
import type { Pipeline, PipelineArtifact } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { type ClosableGraph, checkModel, type OpenedModel, openModel } from '../open-model.js';
import { NO_SHORTAGE } from '../run-memory.js';

/** Opens graphs on one CPU thread, in real ONNX Runtime. */
export const openOnCpu = (path: string) =>
  openGraph(path, { providers: [{ name: 'cpu' }], intraOpThreads: 1 });

/** A folder of models for the tests of one file; what it opened is closed and deleted with it. */
export class TestModels {
  readonly #opened: OpenedModel[] = [];
  #written = 0;

  private constructor(readonly folder: string) {}

  static async create(): Promise<TestModels> {
    return new TestModels(await mkdtemp(join(tmpdir(), 'darkroom-families-')));
  }

  async delete(): Promise<void> {
    for (const model of this.#opened) await model.close();
    await rm(this.folder, { recursive: true });
  }

  /** Writes a model and reads it back through the catalog, which must have nothing against it. */
  load(graph: TestGraphs, manifest: Partial<ModelManifest> = {}): Promise<LoadedManifest> {
    return this.loadWritten((models) => writeTestModel(models, { id: 'model', graph, manifest }));
  }

  /** The same of a model that is written otherwise, into a folder of models that is its own. */
  async loadWritten(write: (models: string) => Promise<unknown>): Promise<LoadedManifest> {
    const models = join(this.folder, String(this.#written++));
    await write(models);
    const catalog = await readCatalog([models], { families: FAMILIES });
    if (catalog.models[0]) return catalog.models[0];
    throw new Error(catalog.rejected[0]!.problems.join('\n'));
  }

  async open(
    graph: TestGraphs,
    manifest: Partial<ModelManifest> = {},
    opener: (path: string) => Promise<ClosableGraph> = openOnCpu,
  ): Promise<Pipeline> {
    return this.closeLater(await openModel(await this.load(graph, manifest), opener)).pipeline;
  }

  /** A model that was opened otherwise is closed with the others. */
  closeLater(opened: OpenedModel): OpenedModel {
    this.#opened.push(opened);
    return opened;
  }

  /** What its family has against a model, as lines. */
  async problemsOf(graph: TestGraphs, manifest: Partial<ModelManifest> = {}): Promise<string[]> {
    return (await checkModel(await this.load(graph, manifest), openOnCpu)).map(describeProblem);
  }
}

const plainOptions: SemanticOptions = { mode: 'semantic', outputs: [], output_format: 'jpeg' };

export interface Segmented {
  readonly result: SemanticResult;
  readonly artifacts: Readonly<Record<string, PipelineArtifact>>;
}

/** A picture through all stages of a pipeline, alone. */
export async function segment(
  pipeline: Pipeline,
  picture: Pixels,
  options: Partial<SemanticOptions> = {},
): Promise<Segmented> {
  const input = { picture, options: { ...plainOptions, ...options } };
  const prepared = await pipeline.prepare(input);
  const [inferred] = await pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
  const { result, artifacts } = await pipeline.postprocess(inferred, prepared, input);
  return {
    result: result as SemanticResult,
    artifacts: Object.fromEntries(artifacts.map((artifact) => [artifact.name, artifact])),
  };
}
