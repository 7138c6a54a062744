import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type DarknetManifest, importDarknet, readDarknetFolder } from '../darknet/index.js';
import type { LabelSource } from './choose-labels.js';
import { copyGraph } from './copy-graph.js';
import type { ModelSource } from './find-model-source.js';
import { type HuggingFaceModel, readHuggingFace } from './hugging-face.js';
import { ImportError } from './import-error.js';
import { findLabelFile, readLabelFile } from './label-file.js';
import type { PreparationHints } from './preparation-hints.js';
import { readUltralyticsMetadata, type UltralyticsMetadata } from './ultralytics-metadata.js';

/** A model whose files are in its folder, with what they say of it. */
export interface StagedModel {
  /** Paths by their part in the manifest, relative to the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** What makes task and family certain: an import of ours that knows them. */
  readonly known: DarknetManifest | null;
  readonly metadata: ReadonlyMap<string, string>;
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
    files: { graph: 'graph.onnx' },
    known: manifest,
    preparation: manifest.preparation,
    labels: names ? [{ from: fileNames.names!, labels: textsOf(manifest.labels) }] : [],
    source: `${fileNames.cfg} and ${fileNames.weights}`,
    notes,
  };
}

const NOTHING_SAID = {
  known: null,
  metadata: new Map<string, string>(),
  architecture: null,
  description: null,
  license: null,
};

function textsOf(labels: DarknetManifest['labels']): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : label.label));
}

async function stageOnnx(
  { graph, folder: within, huggingFace: paths }: Extract<ModelSource, { kind: 'onnx' }>,
  folder: string,
): Promise<StagedModel> {
  const { model, files } = await copyGraph(graph, within, folder);
  const ultralytics = readUltralyticsMetadata(model.metadata);
  const huggingFace = paths === null ? null : await readHuggingFace(paths);
  const fromMetadata = ultralytics?.metadata ?? null;
  const notes = [...(ultralytics?.notes ?? []), ...(huggingFace?.notes ?? [])];
  return {
    files,
    known: null,
    metadata: model.metadata,
    architecture: huggingFace?.architecture ?? null,
    labels: await labelSources(graph, fromMetadata, huggingFace, notes),
    preparation: { ...sizeOf(fromMetadata), ...huggingFace?.preparation },
    description: fromMetadata?.description ?? null,
    license: fromMetadata?.license ?? null,
    source: huggingFace?.source ?? basename(paths === null ? graph : dirname(paths.config)),
    notes,
  };
}

async function labelSources(
  graph: string,
  ultralytics: UltralyticsMetadata | null,
  huggingFace: HuggingFaceModel | null,
  notes: string[],
): Promise<LabelSource[]> {
  const sources: LabelSource[] = [];
  if (ultralytics?.names) sources.push({ from: 'the graph’s metadata', labels: ultralytics.names });
  if (huggingFace?.labels) sources.push({ from: 'config.json', labels: huggingFace.labels });
  const beside = await findLabelFile(dirname(graph));
  if (beside === null) return sources;
  try {
    sources.push({ from: basename(beside), labels: await readLabelFile(beside) });
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    // Nobody has said that this file belongs to the model.
    notes.push(`${basename(beside)} is left out: ${error.message}.`);
  }
  return sources;
}

function sizeOf(metadata: UltralyticsMetadata | null): PreparationHints {
  return metadata?.imageSize ?? {};
}
