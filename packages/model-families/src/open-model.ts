import { DarkroomError } from '@darkroom/contracts';
import { describeProblem, type LoadedManifest, type ModelProblem } from '@darkroom/model-catalog';
import type { Graph } from '@darkroom/tensor';
import { FAMILIES, familyNamed } from './families.js';
import type { Family, Pipeline, PipelineTools } from './family.js';
import { MemoryEmbeddingCache } from './memory-embedding-cache.js';
import { ReopeningGraph } from './reopening-graph.js';
import { isOutOfMemory } from './run-memory.js';

/** A graph whose memory can be given back. */
export type ClosableGraph = Graph & { close(): Promise<void> };

/** Opens an `.onnx` file. @throws DarkroomError */
export type GraphOpener = (path: string) => Promise<ClosableGraph>;

export interface OpenedModel {
  readonly pipeline: Pipeline;
  /** Closes the model's graphs; the pipeline cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a model's graphs, lets its family check them, and closes them again.
 * @returns what is wrong, an unreadable graph included; nothing when the model can be served
 * @throws DarkroomError `out_of_memory`: that says nothing about the model
 */
export async function checkModel(
  loaded: LoadedManifest,
  openGraph: GraphOpener,
  families: readonly Family[] = FAMILIES,
): Promise<readonly ModelProblem[]> {
  const { graphs, problems } = await openAndCheck(loaded, openGraph, families);
  await closeAll(graphs);
  return problems;
}

/**
 * Loads a model.
 * @param tools by default with a cache in memory that is this model's own
 * @throws DarkroomError `inference_failed` with all that {@link checkModel} finds, or `out_of_memory`
 */
export async function openModel(
  loaded: LoadedManifest,
  openGraph: GraphOpener,
  families: readonly Family[] = FAMILIES,
  tools: PipelineTools = { embeddings: new MemoryEmbeddingCache() },
): Promise<OpenedModel> {
  const { family, graphs, problems } = await openAndCheck(loaded, openGraph, families);
  if (!family || problems.length > 0) {
    await closeAll(graphs);
    const lines = problems.map(describeProblem).join('; ');
    throw new DarkroomError('inference_failed', `The model ${loaded.manifest.id} cannot be used: ${lines}`);
  }
  return { pipeline: family.load(loaded, graphs, tools), close: () => closeAll(graphs) };
}

interface CheckedModel {
  readonly family: Family | null;
  readonly graphs: Record<string, ReopeningGraph>;
  readonly problems: readonly ModelProblem[];
}

async function openAndCheck(
  loaded: LoadedManifest,
  openGraph: GraphOpener,
  families: readonly Family[],
): Promise<CheckedModel> {
  const family = familyNamed(loaded.manifest.family, families);
  if (!family) {
    const names = families.map(({ name }) => name).join(', ');
    const detail = `expected one of ${names}, got ${loaded.manifest.family}`;
    return { family, graphs: {}, problems: [{ file: 'model.json', field: '#/family', detail }] };
  }
  const { graphs, problems } = await openGraphs(loaded, family, openGraph);
  if (problems.length > 0) return { family, graphs, problems };
  return { family, graphs, problems: family.check(loaded, graphs) };
}

async function openGraphs(loaded: LoadedManifest, family: Family, openGraph: GraphOpener) {
  const graphs: Record<string, ReopeningGraph> = {};
  const isDropped = family.dropsGraphs?.(loaded.manifest) ?? false;
  const problems: ModelProblem[] = [];
  for (const part of family.graphParts(loaded.manifest)) {
    const path = loaded.files[part];
    if (path === undefined) {
      const detail = `is missing; a model of the family ${family.name} needs it`;
      problems.push({ file: 'model.json', field: `#/files/${part}`, detail });
      continue;
    }
    try {
      graphs[part] = await ReopeningGraph.open(path, openGraph);
      if (isDropped) await graphs[part].release();
    } catch (error) {
      if (!(error instanceof DarkroomError) || isOutOfMemory(error)) {
        await closeAll(graphs);
        throw error;
      }
      problems.push({ file: loaded.manifest.files[part]!.path, field: '', detail: error.message });
    }
  }
  return { graphs, problems };
}

async function closeAll(graphs: Readonly<Record<string, ClosableGraph>>): Promise<void> {
  for (const graph of Object.values(graphs)) await graph.close();
}
