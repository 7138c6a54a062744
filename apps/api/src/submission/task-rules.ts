import type { Capability, ModelSummary, Task } from '@darkroom/contracts';
import type { JobPart, JobStore } from '@darkroom/jobs';
import type { TObject } from 'typebox';
import type { Services } from '../services.js';
import type { CommonFields } from './accept-job.js';

/** Something a model must be able to do, and the field that asks for it. */
export interface NeededCapability {
  readonly capability: Capability;
  /** Its name; of a field within others its path: `prompts/0/box`. */
  readonly field: string;
}

/** A submission's fields: those of every task, and the task's own. */
export interface TaskFields extends CommonFields {
  readonly model?: string | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly cancel_on_disconnect?: boolean | undefined;
  readonly [name: string]: unknown;
}

/** The task's options as a job is run with them. */
export type TaskOptions = Readonly<Record<string, unknown>>;

/** Options that suit the picture, and the files of other jobs that they refer to. */
export interface FittedOptions {
  readonly options: TaskOptions;
  /** Keys in the blob store, by a JSON pointer to the option. */
  readonly attachments: Readonly<Record<string, string>>;
}

/** In pixels as displayed. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A job with all that its own model is to do. */
export interface FittedJob extends FittedOptions {
  /** Null for a job without one. */
  readonly picture: PictureSize | null;
  readonly asked: AskedJob;
}

/** What is done for a job by which model, and its options as users see them. */
export interface PlannedJob {
  readonly options: TaskOptions;
  readonly parts: readonly JobPart[];
}

/** What a job was asked for with, beside its options as they are run. */
export interface AskedJob {
  /** As they came, before the model's defaults. */
  readonly fields: TaskFields;
  readonly model: ModelSummary;
  /** How many the request makes. */
  readonly jobs: number;
  readonly store: JobStore;
}

/** What submitting to a task needs to know of the task. */
export interface TaskRules {
  readonly task: Task;
  /** Whether a job can be without one: never, where it has it made instead, or as a rule. */
  readonly picture: 'required' | 'replaceable' | 'optional';
  /** The fields beside the picture. */
  readonly fieldsSchema: TObject;
  /** What the model must be able to do for these fields, beside what every model of the task can. */
  neededCapabilities(fields: TaskFields, hasPicture: boolean): readonly NeededCapability[];
  /** Checks, and brings into one form, what depends on the model chosen. @throws DarkroomError */
  resolveFields(fields: TaskFields, model: ModelSummary, hasPicture: boolean): TaskFields;
  /** The fields of a job that makes a picture to answer with; null where no such job can. */
  askForPicture(fields: TaskFields): TaskFields | null;
  /** Checks options with all defaults filled in, and leaves out those that are of no use here. @throws DarkroomError */
  finishOptions(options: TaskOptions, hasPicture: boolean): TaskOptions;
  /** Checks, or settles, what depends on the picture, where there is one. @throws DarkroomError */
  fitToPicture(options: TaskOptions, picture: PictureSize, asked: AskedJob): Promise<FittedOptions>;
  /** Where a job takes other models too: chooses them, and says what each is to do. @throws DarkroomError */
  planParts?(job: FittedJob, services: Services): Promise<PlannedJob>;
}

/** The fields of a job that draws its findings on the picture. */
export function withOverlay(fields: TaskFields): TaskFields {
  return { ...fields, outputs: [...new Set([...(fields.outputs ?? []), 'overlay'])] };
}
