import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type DarknetManifest, importDarknet, readDarknetFolder } from '../darknet/index.js';
import type { LabelSource } from './choose-labels.js';
import { commonFolder } from './common-folder.js';
import type { ModelSource } from './find-model-source.js';
import { type CopiedGraph, GraphCopies, type GraphFile } from './graph-copies.js';
import { type HuggingFaceModel, readHuggingFace } from './hugging-face.js';
import { ImportError } from './import-error.js';
import { findLabelFile, readLabelFile } from './label-file.js';
import type { PreparationHints } from './preparation-hints.js';
import { readUltralyticsMetadata, type UltralyticsMetadata } from './ultralytics-metadata.js';

/** One graph of a model, in the model’s folder. Paths are relative to that. */
export interface StagedGraph {
  readonly path: string;
  readonly weights: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** A model whose graphs are in its folder, with what they say of it. */
export interface StagedModel {
  /** Those that were found; which of them are of the model, its family finds out. */
  readonly graphs: readonly StagedGraph[];
  /** What makes task and family certain: an import of ours that knows them. */
  readonly known: DarknetManifest | null;
  readonly architecture: string | null;
  /** Best first. */
  readonly labels: readonly LabelSource[];
  readonly preparation: PreparationHints;
  readonly description: string | null;
  readonly license: string | null;
  readonly source: string;
  /** What the user may want to know, a sentence each. */
  readonly notes: readonly string[];
}

/** What a Darknet import can be told. */
export interface StagingOptions {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly resize?: PreparationHints['resize'];
}

/**
 * Brings a model's files into its folder: copied, or turned into ONNX.
 * @throws ImportError, DarknetError or OnnxFileError: each says what is wrong with which file
 */
export async function stageModel(
  source: ModelSource,
  folder: string,
  options: StagingOptions,
): Promise<StagedModel> {
  return source.kind === 'darknet' ? stageDarknet(source.folder, folder, options) : stageOnnx(source, folder);
}

async function stageDarknet(
  source: string,
  folder: string,
  { width, height, resize }: StagingOptions,
): Promise<StagedModel> {
  const { cfg, weights, names, fileNames } = await readDarknetFolder(source);
  const { model, manifest, notes } = importDarknet({
    cfg,
    weights,
    names,
    resize: resize === 'stretch' || resize === 'letterbox' ? resize : undefined,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  });
  await writeFile(join(folder, 'graph.onnx'), model);
  return {
    ...NOTHING_SAID,
    graphs: [{ path: 'graph.onnx', weights: [], metadata: new Map() }],
    known: manifest,
    preparation: manifest.preparation,
    labels: names ? [{ from: fileNames.names!, labels: textsOf(manifest.labels) }] : [],
    source: `${fileNames.cfg} and ${fileNames.weights}`,
    notes,
  };
}

const NOTHING_SAID = {
  known: null,
  architecture: null,
  description: null,
  license: null,
};

function textsOf(labels: DarknetManifest['labels']): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : label.label));
}

async function stageOnnx(
  { graphs: found, huggingFace: paths, notes: chosen }: Extract<ModelSource, { kind: 'onnx' }>,
  folder: string,
): Promise<StagedModel> {
  const copied = await copyAll(found, folder);
  const ultralytics = ultralyticsOf(copied);
  const huggingFace = paths === null ? null : await readHuggingFace(paths);
  const fromMetadata = ultralytics?.metadata ?? null;
  const notes = [...chosen, ...(ultralytics?.notes ?? []), ...(huggingFace?.notes ?? [])];
  const folders = [...new Set(found.map(({ path }) => dirname(path)))];
  return {
    graphs: copied.map(({ path, weights, model }) => ({ path, weights, metadata: model.metadata })),
    known: null,
    architecture: huggingFace?.architecture ?? null,
    labels: await labelSources(folders, fromMetadata, huggingFace, notes),
    preparation: { ...sizeOf(fromMetadata), ...huggingFace?.preparation },
    description: fromMetadata?.description ?? null,
    license: fromMetadata?.license ?? null,
    source:
      huggingFace?.source ??
      (paths === null ? found.map(({ path }) => basename(path)).join(', ') : basename(dirname(paths.config))),
    notes,
  };
}

/** With their folders below the one that they have in common: of a pipeline, all may be called `model.onnx`. */
async function copyAll(graphs: readonly GraphFile[], folder: string): Promise<CopiedGraph[]> {
  const common = commonFolder(graphs.map(({ path }) => path));
  const copies = new GraphCopies(folder);
  const copied: CopiedGraph[] = [];
  for (const graph of graphs) copied.push(await copies.add(graph, relative(common, graph.path)));
  return copied;
}

/** Its exports are one graph each. */
function ultralyticsOf([graph, ...others]: readonly CopiedGraph[]) {
  return graph && others.length === 0 ? readUltralyticsMetadata(graph.model.metadata) : null;
}

async function labelSources(
  folders: readonly string[],
  ultralytics: UltralyticsMetadata | null,
  huggingFace: HuggingFaceModel | null,
  notes: string[],
): Promise<LabelSource[]> {
  const sources: LabelSource[] = [];
  if (ultralytics?.names) sources.push({ from: 'the graph’s metadata', labels: ultralytics.names });
  if (huggingFace?.labels) sources.push({ from: 'config.json', labels: huggingFace.labels });
  for (const folder of folders) {
    const beside = await findLabelFile(folder);
    if (beside === null) continue;
    try {
      sources.push({ from: basename(beside), labels: await readLabelFile(beside) });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      // Nobody has said that this file belongs to the model.
      notes.push(`${basename(beside)} is left out: ${error.message}.`);
    }
  }
  return sources;
}

function sizeOf(metadata: UltralyticsMetadata | null): PreparationHints {
  return metadata?.imageSize ?? {};
}
