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
import { originOf, readCompanion, type StagedCompanion } from './pipeline-folder.js';
import type { PreparationHints } from './preparation-hints.js';
import type { CenterCrop } from './preprocessor-preparation.js';
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
  /** What may be part of it beside the graphs. */
  readonly companions: readonly StagedCompanion[];
  /** What makes task and family certain: an import of ours that knows them. */
  readonly known: DarknetManifest | null;
  readonly architecture: string | null;
  /** Best first. */
  readonly labels: readonly LabelSource[];
  readonly preparation: PreparationHints;
  /** What the original cuts out of pictures; `null`: nothing. */
  readonly centerCrop: CenterCrop | null;
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
  companions: [],
  known: null,
  architecture: null,
  centerCrop: null,
  description: null,
  license: null,
};

function textsOf(labels: DarknetManifest['labels']): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : label.label));
}

async function stageOnnx(
  {
    graphs: found,
    huggingFace: paths,
    companions: beside,
    folder: from,
    notes: chosen,
  }: Extract<ModelSource, { kind: 'onnx' }>,
  folder: string,
): Promise<StagedModel> {
  const copies = new GraphCopies(folder);
  // Of a pipeline, all may be called `model.onnx`.
  const root = beside.length > 0 ? from : commonFolder(found.map(({ path }) => path));
  const copied = await copyAll(found, copies, root);
  for (const path of beside) await copies.addCompanion(path, from);
  const companions = await Promise.all(beside.map((path) => readCompanion(folder, path)));
  const ultralytics = ultralyticsOf(copied);
  const huggingFace = paths === null ? null : await readHuggingFace(paths);
  const fromMetadata = ultralytics?.metadata ?? null;
  const notes = [...chosen, ...(ultralytics?.notes ?? []), ...(huggingFace?.notes ?? [])];
  const folders = [...new Set(found.map(({ path }) => dirname(path)))];
  return {
    graphs: copied.map(({ path, weights, model }) => ({ path, weights, metadata: model.metadata })),
    companions,
    known: null,
    architecture: huggingFace?.architecture ?? null,
    labels: await labelSources(folders, fromMetadata, huggingFace, notes),
    preparation: { ...sizeOf(fromMetadata), ...huggingFace?.preparation },
    centerCrop: huggingFace?.centerCrop ?? null,
    description: fromMetadata?.description ?? null,
    license: fromMetadata?.license ?? null,
    source:
      huggingFace?.source ??
      originOf(companions) ??
      (paths === null && beside.length === 0
        ? found.map(({ path }) => basename(path)).join(', ')
        : basename(from)),
    notes,
  };
}

/** With their folders below a root. */
async function copyAll(
  graphs: readonly GraphFile[],
  copies: GraphCopies,
  root: string,
): Promise<CopiedGraph[]> {
  const copied: CopiedGraph[] = [];
  for (const graph of graphs) copied.push(await copies.add(graph, relative(root, graph.path)));
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
