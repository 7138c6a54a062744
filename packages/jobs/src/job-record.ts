import type {
  ArtifactRole,
  ErrorCode,
  Execution,
  JobStage,
  JobStatus,
  Progress,
  Task,
  Timings,
  Warning,
} from '@darkroom/contracts';

/**
 * The job record owns the state of a job; BullMQ only delivers its id.
 *
 *   queued ──start──▶ running ──finish──▶ succeeded | failed
 *     ▲                  │
 *     └──giveBack, died──┘
 *   queued | running ──cancel──▶ canceled
 *   queued | running ──expire──▶ expired
 *
 * Every step is a compare-and-set in Redis. `start` draws a new token for its attempt; all later steps of that
 * attempt must show it, so when two runners have the same job (the lock of the first was lost) only the one that
 * started last can write. `start` on a running job is such a take-over and counts as a death of the attempt
 * before. Past its deadline a job can only be canceled or expired: no attempt begins, none finishes. An ended job
 * never changes; it goes away when its keeping time is over or it is deleted.
 *
 * A job with `parts` runs on no model itself. It is a parent that steps: see `parent-steps.ts`.
 */
export interface JobRecord {
  readonly id: string;
  readonly task: Task;
  readonly model: string;
  readonly status: JobStatus;
  /** How often a worker began to run it. */
  readonly attempts: number;
  /** How often a process died while running it. */
  readonly deaths: number;
  /** Rises with every change; events carry it. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly keptUntilMs: number | null;
  readonly keepMs: number;
  /** When it is stopped if it has not ended; null: never. */
  readonly deadlineAtMs: number | null;
  /** 0 to 10, higher is sooner. */
  readonly priority: number;
  /** The job that this one is another try at. */
  readonly retryOf: string | null;
  /** The batch that it was submitted with. */
  readonly batchId: string | null;
  /** What it is done with, on one model each; empty for a job that runs on its model itself. */
  readonly parts: readonly JobPart[];
  /** Which job does a part, by the part's name; those that have begun. */
  readonly children: Readonly<Record<string, string>>;
  /** The job that it does a part of. */
  readonly parentId: string | null;
  /** How much of its parent's work it is, of 1. */
  readonly share: number;
  readonly input: JobRecordInput;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly progress: Progress;
  /** What the last attempt showed of its pictures before they were finished, oldest first; not more than {@link PREVIEWS_MAX}. */
  readonly previews: readonly StoredArtifact[];
  readonly outcome: JobOutcome;
}

/** A part of a job that several models do together: what one of them does. */
export interface JobPart {
  readonly name: string;
  readonly task: Task;
  readonly model: string;
  /** The task's options; what parts before it find out is missing. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The parts that must have succeeded before it begins. */
  readonly after: readonly string[];
  /** The part that makes the picture it works on; null: it has that of the job, if any. */
  readonly pictureFrom: string | null;
  /** How much of the work it is, of 1. */
  readonly share: number;
}

/** A picture in the blob store. Sizes in pixels as displayed. */
export interface StoredPicture {
  readonly blobKey: string;
  readonly fileName: string | null;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly exifOrientation: number;
}

export interface JobRecordInput {
  /** Null where a job was given no picture. */
  readonly image: StoredPicture | null;
  /** The task's options as they are used, every default filled in, named as on the wire. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files of other jobs that options refer to: their blob keys, by a JSON pointer to the option. None for most jobs. */
  readonly attachments?: Readonly<Record<string, string>>;
}

export interface StoredArtifact {
  readonly blobKey: string;
  readonly name: string;
  readonly role: ArtifactRole;
  readonly index: number | null;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** A job keeps the latest so many. */
export const PREVIEWS_MAX = 64;

/** A preview that was just made, and after how many steps. */
export interface MadePreview {
  readonly artifact: string;
  readonly step: number;
}

/** What an attempt left behind; empty until the job has ended. */
export interface JobOutcome {
  readonly modelVersion: string | null;
  readonly resultBlobKey: string | null;
  readonly artifacts: readonly StoredArtifact[];
  readonly warnings: readonly Warning[];
  readonly error: { readonly code: ErrorCode; readonly detail: string } | null;
  readonly execution: Execution | null;
  readonly timings: StageTimings | null;
}

/** Milliseconds by stage, as the inference process measured them. */
export type StageTimings = Pick<Timings, 'decode_ms' | 'prepare_ms' | 'inference_ms' | 'postprocess_ms'>;

export const NO_OUTCOME: JobOutcome = {
  modelVersion: null,
  resultBlobKey: null,
  artifacts: [],
  warnings: [],
  error: null,
  execution: null,
  timings: null,
};

/** After this many deaths of the process that runs it, a job has failed. */
export const DEATHS_THAT_END_A_JOB = 3;

/** What is needed to make a record. */
export type NewJob = Pick<
  JobRecord,
  | 'id'
  | 'task'
  | 'model'
  | 'createdAtMs'
  | 'keepMs'
  | 'deadlineAtMs'
  | 'priority'
  | 'retryOf'
  | 'batchId'
  | 'parts'
  | 'parentId'
  | 'share'
  | 'input'
  | 'metadata'
> & {
  readonly warnings: readonly Warning[];
};

export function stageProgress(stage: JobStage, fraction: number): Progress {
  return { stage, fraction, step: null, steps: null };
}

/** What came out of a job: the files it was asked for, and then previews. */
export function artifactsOf({ outcome, previews }: JobRecord): StoredArtifact[] {
  return [...outcome.artifacts, ...previews];
}

/** The blobs a record needs, all held under the job's id. */
export function blobKeysOf(record: JobRecord): string[] {
  const { resultBlobKey } = record.outcome;
  const { image, attachments = {} } = record.input;
  const keys = [
    ...(image ? [image.blobKey] : []),
    ...Object.values(attachments),
    ...artifactsOf(record).map((artifact) => artifact.blobKey),
  ];
  return resultBlobKey === null ? keys : [...keys, resultBlobKey];
}
