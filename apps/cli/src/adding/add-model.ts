import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  createFileHasher,
  describeProblem,
  type LoadedManifest,
  readModelFolder,
} from '@darkroom/model-catalog';
import {
  findModelSource,
  type ModelSource,
  ModelStaging,
  stageModel,
  suggestModelId,
} from '@darkroom/model-catalog/importing';
import { FAMILIES } from '@darkroom/model-families';
import type { CommandContext } from '../command-context.js';
import { CommandFailure } from '../command-failure.js';
import type { Sample } from '../graphs/graph-messages.js';
import { step } from '../step.js';
import type { AddRequest } from './add-request.js';
import { checkModelId } from './check-model-id.js';
import { describeModel, type ModelDescription } from './describe-model.js';
import { writeOrigin } from './model-origin.js';
import { writeManifest, writeSample } from './write-model-files.js';

/** A model that is in its place. */
export interface AddedModel extends ModelDescription {
  readonly folder: string;
  readonly version: string;
  readonly sample: Sample;
  /** Paths of the pictures that the sample left in the model’s folder. */
  readonly sampleFiles: readonly string[];
}

/**
 * Brings a model into the first of the models’ folders: copies its files, finds out what it is, writes its manifest and runs
 * it once. It is there in the end as a whole, or not at all.
 * @throws ImportError, DarknetError, OnnxFileError or CommandFailure, whose messages are for the user
 */
export async function addModel(request: AddRequest, context: CommandContext): Promise<AddedModel> {
  const { terminal, modelsFolders, signal } = context;
  const paths = request.paths.map((path) => resolve(path));
  const source = await findModelSource(paths, request.variant);
  const id = request.id ?? suggestModelId(namesOf(source));
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
    if (request.origin) await writeOrigin(staging.folder, request.origin);
    signal.throwIfAborted();
    const folder = await staging.commit({ replace: request.replace });
    const sampleFiles = written.map((name) => join(folder, name));
    return { ...described, folder, version: loaded.version, sample, sampleFiles };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

/** What a model is called that lies at paths. @throws ImportError when there is none */
export async function idAt({
  paths,
  variant,
  id,
}: Pick<AddRequest, 'paths' | 'variant' | 'id'>): Promise<string> {
  const resolved = paths.map((path) => resolve(path));
  return id ?? suggestModelId(namesOf(await findModelSource(resolved, variant)));
}

/** The paths whose names may say what the model is called. */
function namesOf(source: ModelSource): readonly string[] {
  return source.kind === 'onnx' ? source.graphs.map(({ path }) => path) : [source.folder];
}

async function readPicture(path: string): Promise<Buffer> {
  return readFile(path).catch((error: Error) => {
    throw new CommandFailure(`the sample picture ${path} cannot be read: ${error.message}`);
  });
}

async function loadStaged(folder: string): Promise<LoadedManifest> {
  const { loaded, problems } = await readModelFolder(folder, FAMILIES, createFileHasher());
  if (loaded) return loaded;
  throw new CommandFailure(
    `the model cannot be served as it was described:\n${problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`,
  );
}
