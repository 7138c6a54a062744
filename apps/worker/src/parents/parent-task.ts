import type { Task, TaskResult } from '@darkroom/contracts';
import type { JobPart, JobRecord, StoredArtifact, StoredPicture } from '@darkroom/jobs';
import { analysisParent } from './analysis-parent.js';

/** The parts of a parent that have succeeded: their jobs, and what came out. */
export interface DoneParts {
  has(part: string): boolean;
  job(part: string): JobRecord;
  /** @throws DarkroomError where it has gone from storage */
  result(part: string): Promise<TaskResult>;
}

/** What comes out of a parent: its parts' results as one. */
export interface MergedOutcome {
  readonly result: TaskResult;
  /** Files of its children, by names that are unique here. */
  readonly artifacts: readonly StoredArtifact[];
  readonly modelVersion: string | null;
}

/** What a task that takes several models does between the parts: nothing but JSON. */
export interface ParentTask {
  /** The options of a part, with what those before it found out. */
  completeOptions(part: JobPart, done: DoneParts): Promise<JobPart['options']>;
  /** The picture that a part made for others. @throws DarkroomError where it made none to go on with */
  madePicture(part: string, done: DoneParts): Promise<StoredPicture>;
  merge(parent: JobRecord, done: DoneParts): Promise<MergedOutcome>;
}

export const PARENT_TASKS: Readonly<Partial<Record<Task, ParentTask>>> = { analysis: analysisParent };
