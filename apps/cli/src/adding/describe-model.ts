import { join } from 'node:path';
import type { ModelManifest, Preparation } from '@darkroom/contracts';
import { createFileHasher } from '@darkroom/model-catalog';
import {
  assemblePreparation,
  chooseLabels,
  composeManifest,
  keepParts,
  readPictureInput,
  type StagedGraph,
  type StagedModel,
} from '@darkroom/model-catalog/importing';
import type { GraphSignature } from '@darkroom/tensor';
import type { CommandContext } from '../command-context.js';
import { step } from '../step.js';
import type { AddRequest } from './add-request.js';
import { givenLabels } from './given-labels.js';
import { kindOf, type ModelKind } from './model-kind.js';
import { schemaPathFrom } from './schema-path.js';

/** What a model is, and why. */
export interface ModelDescription {
  readonly manifest: ModelManifest;
  /** Why this task and family. */
  readonly reason: string;
  /** Where the labels are from. */
  readonly labelReason: string;
  /** What else the user may want to know, a sentence each. */
  readonly notes: readonly string[];
}

const UNKNOWN_LICENSE = 'unknown';

/**
 * Opens the graphs of a model, finds out what it is, and takes away those that are no part of it.
 * @param folder where the model is staged
 * @throws ImportError or CommandFailure, whose messages are for the user
 */
export async function describeModel(
  id: string,
  staged: StagedModel,
  folder: string,
  request: AddRequest,
  context: CommandContext,
): Promise<ModelDescription> {
  const given = await givenLabels(request.labels);
  const signatures = await openAll(staged, folder, context);
  const kind = kindOf(staged, signatures, given?.labels ?? null, request);
  const labels = chooseLabels(kind.classes, given, staged.labels);
  const { preparation, notes } = preparationFor(kind, staged, signatures, request);
  const license = request.license ?? staged.license;
  const manifest = await composeManifest(
    {
      id,
      files: await keepParts(folder, filesOf(staged), kind.parts),
      task: kind.task,
      family: kind.family,
      labels,
      preparation,
      familyOptions: { ...kind.familyOptions, ...request.familyOptions },
      defaults: staged.known?.defaults ?? kind.defaults ?? {},
      description: request.description ?? staged.description ?? describeShortly(kind, staged),
      license: license ?? UNKNOWN_LICENSE,
      source: request.source ?? staged.source,
      schemaPath: schemaPathFrom(context.modelsFolders[0]!, id),
    },
    folder,
    createFileHasher(),
  );
  const unknownLicense = license === null ? ['Its licence is not known: write it into model.json.'] : [];
  const all = [...staged.notes, ...leftOut(staged, kind), ...notes, ...unknownLicense];
  return { manifest, reason: kind.reason, labelReason: labels.reason, notes: all };
}

function preparationFor(
  kind: ModelKind,
  staged: StagedModel,
  signatures: ReadonlyMap<string, GraphSignature>,
  request: AddRequest,
): { preparation: Preparation | null; notes: readonly string[] } {
  if (kind.pictureGraph === null) return { preparation: null, notes: [] };
  return assemblePreparation({
    family: kind.preparation,
    files: staged.preparation,
    input: readPictureInput(signatures.get(kind.pictureGraph)!),
    user: request.preparation,
    centerCrop: staged.centerCrop,
    isCropped: kind.isCropped ?? false,
  });
}

/** All that was staged: graphs, and what has no weights of its own. */
function filesOf({ graphs, companions }: StagedModel): StagedGraph[] {
  return [...graphs, ...companions.map(({ path }) => ({ path, weights: [], metadata: new Map() }))];
}

async function openAll(
  { graphs: staged }: StagedModel,
  folder: string,
  { graphs, terminal }: CommandContext,
): Promise<Map<string, GraphSignature>> {
  const signatures = new Map<string, GraphSignature>();
  for (const { path } of staged) {
    const what = staged.length === 1 ? 'its graph' : path;
    signatures.set(path, await step(terminal, `opening ${what}`, () => graphs.signature(join(folder, path))));
  }
  return signatures;
}

function leftOut({ graphs }: StagedModel, { parts }: ModelKind): string[] {
  const unused = graphs.map(({ path }) => path).filter((path) => !Object.values(parts).includes(path));
  return unused.length === 0 ? [] : [`Left out, since it is no part of the model: ${unused.join(', ')}.`];
}

function describeShortly({ family, task, classes }: ModelKind, { source }: StagedModel): string {
  return `${task}, family ${family}${classes ? `, ${classes} classes` : ''}; added from ${source}`;
}
