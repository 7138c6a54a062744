import type {
  ArtifactRole,
  Capability,
  EmbeddingSource,
  Task,
  TaskResult,
  Warning,
} from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { CompleteManifest, LoadedManifest, ModelProblem } from '@darkroom/model-catalog';
import type { Graph, GraphSignature } from '@darkroom/tensor';
import type { TSchema } from 'typebox';
import type { EmbeddingCache } from './embedding-cache.js';
import type { IncompleteModel, ModelCandidate, Recognition } from './recognition.js';
import type { RunMemory } from './run-memory.js';

/**
 * The code for one architecture. A family is a folder with the same file names in each: `family.ts` (this
 * interface), `options.ts`, `signature.ts` (whether graphs fit), `recognize.ts`, `prepare.ts`, `decode.ts`, `artifacts.ts`.
 */
export interface Family {
  readonly name: string;
  readonly task: Task;
  /** Schema of `family_options` in the manifest. */
  readonly optionsSchema: TSchema;
  /** Whether the manifest says how pictures are prepared. Default true; not of use to families that only make some. */
  readonly preparesPictures?: boolean;
  /** The parts in `files` of a manifest that are graphs; each is opened before {@link Family.load}. */
  graphParts(manifest: CompleteManifest): readonly string[];
  capabilities(manifest: CompleteManifest): readonly Capability[];
  /** The request options that a model takes, as JSON Schema with the model's own defaults. */
  requestOptions(manifest: CompleteManifest): TSchema;
  /** Size that pictures are resized to, in pixels; `null` where it follows the picture. */
  inputSize(manifest: CompleteManifest): { width: number | null; height: number | null };
  /** Whether the graphs' inputs and outputs, and the manifest's options, are what the family can work with. */
  check(model: LoadedManifest, signatures: Readonly<Record<string, GraphSignature>>): readonly ModelProblem[];
  load(
    model: LoadedManifest,
    graphs: Readonly<Record<string, ReleasableGraph>>,
    tools: PipelineTools,
  ): Pipeline;
  /** Whether graphs are to be in memory only while they are used: then they are opened one at a time, too. */
  dropsGraphs?(manifest: CompleteManifest): boolean;
  /**
   * Whether graphs without a manifest are a model of the family, and what its manifest needs then. Where some of them
   * are of the family but no whole model, it says what is missing; where none is, `null`.
   */
  recognize?(candidate: ModelCandidate): Recognition | IncompleteModel | null;
}

/** A graph that a pipeline may let go of for a while. */
export interface ReleasableGraph extends Graph {
  /** Gives its memory back; the next run opens it again. */
  release(): Promise<void>;
}

/** What the process that a model is loaded in has for its pipeline. */
export interface PipelineTools {
  readonly embeddings: EmbeddingCache;
}

/** What a job brings to a pipeline. `options` are the task's, complete and already validated. */
export interface PipelineInput {
  /** Null where the job was given none. A pipeline that needs one gets it by `neededPicture`. */
  readonly picture: Pixels | null;
  /** Of the picture's bytes as they were uploaded. Without it nothing is looked for, or kept, in a cache. */
  readonly pictureSha256?: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that options refer to, by a JSON pointer to the option: an earlier mask under `#/prompts/0/mask`. */
  readonly attachments?: Readonly<Record<string, Buffer>>;
}

/** A finished file of a job. */
export interface PipelineArtifact {
  readonly name: string;
  readonly role: ArtifactRole;
  readonly index: number | null;
  readonly mediaType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: Buffer;
}

export interface PipelineOutcome {
  readonly result: TaskResult;
  readonly artifacts: readonly PipelineArtifact[];
  readonly warnings: readonly Warning[];
  /** Where the embedding of the picture came from; nothing where the model makes none. */
  readonly embedding?: EmbeddingSource;
}

/** How a pipeline tells of its steps, and learns between graph runs that nobody wants the job any more. */
export interface StepCounter {
  /** @throws when the job was canceled; a pipeline lets it pass */
  step(done: number, steps: number): void;
}

export interface PipelineSteps extends StepCounter {
  /**
   * Shows how far a picture is. The artifact is the job's from now on; its role is `preview`, its name is used once in a
   * job. Costs nothing to speak of, and where more come than can be stored, only the latest are. Of a run that several
   * jobs share, nothing is shown.
   * @param step so many were done
   */
  preview(artifact: PipelineArtifact, step: number): void;
}

/**
 * One loaded model, in the stages that a job's progress and timings name. Inputs with an equal batch key may be
 * given to one `infer` together; `prepare` of the next pictures runs while a batch is in `infer`.
 */
export interface Pipeline<Prepared = unknown, Inferred = unknown> {
  /** Whether several inputs really share one graph run; where not, `infer` takes them one after the other. */
  readonly takesBatches: boolean;
  prepare(input: PipelineInput): Promise<Prepared>;
  batchKey(prepared: Prepared): string;
  /**
   * A pipeline that runs many things for one input, such as prompts, does so in chunks: see `ChunkRunner`. Of a batch
   * that memory doesn't suffice for, each half is given anew.
   * @returns one entry for each prepared input, in their order
   */
  infer(batch: readonly Prepared[], steps: PipelineSteps, memory: RunMemory): Promise<readonly Inferred[]>;
  postprocess(inferred: Inferred, prepared: Prepared, input: PipelineInput): Promise<PipelineOutcome>;
  /** Runs the graphs once on a plain picture, so that the first job doesn't pay for their first run. */
  warmUp(): Promise<void>;
}
