import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import {
  createFileHasher,
  describeProblem,
  type LoadedManifest,
  readModelFolder,
} from '@darkroom/model-catalog';
import {
  assemblePreparation,
  type ChosenLabels,
  chooseLabels,
  composeManifest,
  findModelSource,
  ImportError,
  ModelStaging,
  readPictureInput,
  type StagedModel,
  stageModel,
  suggestModelId,
} from '@darkroom/model-catalog/importing';
import { FAMILIES } from '@darkroom/model-families';
import type { GraphSignature } from '@darkroom/tensor';
import type { CommandContext } from '../command-context.js';
import { CommandFailure } from '../command-failure.js';
import type { Sample } from '../graphs/graph-messages.js';
import { step } from '../step.js';
import type { AddRequest } from './add-request.js';
import { checkModelId } from './check-model-id.js';
import { givenLabels } from './given-labels.js';
import { recognizeGraph } from './recognize-graph.js';
import { schemaPathFrom } from './schema-path.js';
import { writeManifest, writeSample } from './write-model-files.js';

/** A model that is in its place. */
export interface AddedModel {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly version: string;
  /** Why this task and family. */
  readonly reason: string;
  /** Where the labels are from. */
  readonly labelReason: string;
  /** What else the user may want to know. */
  readonly notes: readonly string[];
  readonly sample: Sample;
  /** Paths of the pictures that the sample left in the model’s folder. */
  readonly sampleFiles: readonly string[];
}

const UNKNOWN_LICENSE = 'unknown';

/**
 * Brings a model into the first of the models’ folders: copies its files, finds out what it is, writes its manifest and runs
 * it once. It is there in the end as a whole, or not at all.
 * @throws ImportError, DarknetError, OnnxFileError or CommandFailure, whose messages are for the user
 */
export async function addModel(request: AddRequest, context: CommandContext): Promise<AddedModel> {
  const { terminal, modelsFolders, signal } = context;
  const path = resolve(request.path);
  const source = await findModelSource(path);
  const id = request.id ?? suggestModelId(source.kind === 'onnx' ? source.graph : source.folder);
  const picture = await readPicture(request.picture);
  await checkModelId(id, modelsFolders, request);
  const staging = await ModelStaging.begin(modelsFolders[0]!, id);
  try {
    const staged = await step(terminal, 'reading the model', () =>
      stageModel(source, staging.folder, request.preparation),
    );
    const described = await describeModel(id, staged, staging.folder, request, context);
    await writeManifest(staging.folder, described.manifest);
    const loaded = await loadStaged(staging.folder);
    const sample = await step(terminal, 'running it on a sample picture', () =>
      context.graphs.sample(loaded, picture),
    );
    const written = await writeSample(staging.folder, sample);
    signal.throwIfAborted();
    const folder = await staging.commit({ replace: request.replace });
    const sampleFiles = written.map((name) => join(folder, name));
    return { ...described, folder, version: loaded.version, sample, sampleFiles };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

async function readPicture(path: string): Promise<Buffer> {
  return readFile(path).catch((error: Error) => {
    throw new CommandFailure(`the sample picture ${path} cannot be read: ${error.message}`);
  });
}

type Description = Pick<AddedModel, 'manifest' | 'reason' | 'labelReason' | 'notes'>;

async function describeModel(
  id: string,
  staged: StagedModel,
  folder: string,
  request: AddRequest,
  { graphs, modelsFolders, terminal }: CommandContext,
): Promise<Description> {
  const given = await givenLabels(request.labels);
  const signature = await step(terminal, 'opening its graph', () =>
    graphs.signature(join(folder, staged.files.graph!)),
  );
  const kind = kindOf(staged, signature, given?.labels ?? null, request);
  const labels: ChosenLabels = chooseLabels(kind.classes, given, staged.labels);
  const { preparation, notes } = assemblePreparation({
    family: kind.preparation,
    files: staged.preparation,
    input: readPictureInput(signature),
    user: request.preparation,
  });
  const license = request.license ?? staged.license;
  const manifest = await composeManifest(
    {
      id,
      task: kind.task,
      family: kind.family,
      labels,
      preparation,
      familyOptions: { ...kind.familyOptions, ...request.familyOptions },
      defaults: staged.known?.defaults ?? {},
      description: request.description ?? staged.description ?? describeShortly(kind, staged),
      license: license ?? UNKNOWN_LICENSE,
      source: request.source ?? staged.source,
      schemaPath: schemaPathFrom(modelsFolders[0]!, id),
    },
    staged,
    folder,
    createFileHasher(),
  );
  const unknownLicense = license === null ? ['Its licence is not known: write it into model.json.'] : [];
  const all = [...staged.notes, ...notes, ...unknownLicense];
  return { manifest, reason: kind.reason, labelReason: labels.reason, notes: all };
}

interface ModelKind extends Pick<ModelManifest, 'task' | 'family'> {
  readonly reason: string;
  readonly classes: number | null;
  readonly preparation: Partial<ModelManifest['preparation']>;
  readonly familyOptions: Readonly<Record<string, unknown>>;
}

function kindOf(
  { known, metadata, architecture, labels: found }: StagedModel,
  signature: GraphSignature,
  given: readonly string[] | null,
  request: AddRequest,
): ModelKind {
  if (known) return ofDarknet(known, request);
  const input = readPictureInput(signature);
  const candidate = {
    signature,
    metadata,
    architecture,
    labels: given ?? found[0]?.labels ?? null,
    layout: request.preparation.layout ?? input.layout,
    width: input.width ?? request.preparation.width ?? null,
    height: input.height ?? request.preparation.height ?? null,
  };
  const { family, recognition } = recognizeGraph(candidate, request);
  const { sureness, reason, classes, preparation, familyOptions } = recognition;
  return {
    task: family.task,
    family: family.name,
    reason: `${reason} (${sureness})`,
    classes,
    preparation,
    familyOptions,
  };
}

function ofDarknet(known: NonNullable<StagedModel['known']>, { task, family }: AddRequest): ModelKind {
  if ((task ?? known.task) !== known.task || (family ?? known.family) !== known.family) {
    throw new ImportError(
      `a Darknet model is a detector of the family ${known.family}, not ${family ?? task}; leave --task and --family out`,
    );
  }
  return {
    task: known.task,
    family: known.family,
    reason: 'a Darknet detector, turned into ONNX (certain)',
    classes: known.labels.length,
    preparation: {},
    familyOptions: known.family_options,
  };
}

function describeShortly({ family, task, classes }: ModelKind, { source }: StagedModel): string {
  return `${task}, family ${family}${classes === null ? '' : `, ${classes} classes`}; added from ${source}`;
}

async function loadStaged(folder: string): Promise<LoadedManifest> {
  const { loaded, problems } = await readModelFolder(folder, FAMILIES, createFileHasher());
  if (loaded) return loaded;
  throw new CommandFailure(
    `the model cannot be served as it was described:\n${problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`,
  );
}
