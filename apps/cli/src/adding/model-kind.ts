import type { ModelManifest, Preparation } from '@darkroom/contracts';
import { ImportError, readPictureInput, type StagedModel } from '@darkroom/model-catalog/importing';
import type { CandidateGraph } from '@darkroom/model-families';
import type { GraphSignature } from '@darkroom/tensor';
import type { AddRequest } from './add-request.js';
import { recognizeModel } from './recognize-model.js';

/** What a model is, and what its manifest needs for that. */
export interface ModelKind extends Pick<ModelManifest, 'task' | 'family'> {
  /** Why this task and family. */
  readonly reason: string;
  /** `null` where nobody knows, 0 where such models have none. */
  readonly classes: number | null;
  readonly preparation: Partial<Preparation>;
  readonly familyOptions: Readonly<Record<string, unknown>>;
  /** Paths of the graphs by their part in the manifest. */
  readonly parts: Readonly<Record<string, string>>;
  /** Path of the graph that takes the picture; `null` where none is prepared. */
  readonly pictureGraph: string | null;
  readonly isCropped?: boolean;
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/**
 * Finds out what a model is.
 * @param signatures of its graphs, by path
 * @throws CommandFailure or ImportError when it is nothing that is known, or not what the user says
 */
export function kindOf(
  { graphs, companions, known, architecture, labels: found }: StagedModel,
  signatures: ReadonlyMap<string, GraphSignature>,
  given: readonly string[] | null,
  request: AddRequest,
): ModelKind {
  if (known) return ofDarknet(known, request, graphs[0]!.path);
  const candidate = {
    graphs: graphs.map(({ path, metadata }): CandidateGraph => {
      const signature = signatures.get(path)!;
      const input = readPictureInput(signature);
      return {
        path,
        signature,
        metadata,
        layout: request.preparation.layout ?? input.layout,
        width: input.width ?? request.preparation.width ?? null,
        height: input.height ?? request.preparation.height ?? null,
      };
    }),
    companions,
    architecture,
    labels: given ?? found[0]?.labels ?? null,
  };
  const { family, recognition } = recognizeModel(candidate, request);
  const { sureness, reason, ...rest } = recognition;
  return { task: family.task, family: family.name, reason: `${reason} (${sureness})`, ...rest };
}

function ofDarknet(
  known: NonNullable<StagedModel['known']>,
  { task, family }: AddRequest,
  graph: string,
): ModelKind {
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
    parts: { graph },
    pictureGraph: graph,
  };
}
