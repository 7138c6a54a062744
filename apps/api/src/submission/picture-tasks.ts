import {
  type Capability,
  type DetectionFields,
  DetectionFieldsSchema,
  type ModelSummary,
  type SegmentationFields,
  SegmentationFieldsSchema,
  type Task,
} from '@darkroom/contracts';
import type { TObject } from 'typebox';
import type { CommonFields } from './accept-job.js';
import { resolveClasses } from './resolve-classes.js';

/** Something a model must be able to do, and the field that asks for it. */
export interface NeededCapability {
  readonly capability: Capability;
  readonly field: string;
}

/** A submission's fields: those of every task, and the task's own. */
export interface TaskFields extends CommonFields {
  readonly model?: string | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly cancel_on_disconnect?: boolean | undefined;
  readonly [name: string]: unknown;
}

/** What submitting a picture to a task needs to know of the task. */
export interface PictureTask {
  readonly task: Task;
  /** The fields beside the picture. */
  readonly fieldsSchema: TObject;
  /** What the model must be able to do for these fields; null: no more than the task. */
  neededCapability(fields: TaskFields): NeededCapability | null;
  /** Checks, and brings into one form, what depends on the model chosen. @throws DarkroomError */
  resolveFields(fields: TaskFields, model: ModelSummary): TaskFields;
}

const segmentation: PictureTask = {
  task: 'segmentation',
  fieldsSchema: SegmentationFieldsSchema,
  neededCapability: ({ mode }: Pick<SegmentationFields, 'mode'>) =>
    mode === undefined ? null : { capability: mode, field: 'mode' },
  resolveFields: (fields) => fields,
};

const detection: PictureTask = {
  task: 'detection',
  fieldsSchema: DetectionFieldsSchema,
  neededCapability: ({ mask_format }: Pick<DetectionFields, 'mask_format'>) =>
    mask_format === undefined || mask_format === 'none'
      ? null
      : { capability: 'masks', field: 'mask_format' },
  resolveFields: (fields, model) => resolveClasses(fields, model),
};

/** The tasks that take one picture. */
export const PICTURE_TASKS = { segmentation, detection } as const satisfies Partial<
  Record<Task, PictureTask>
>;
