import { DarkroomError } from '@darkroom/contracts';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { type CheckedJob, checkMetadata } from './accept-job.js';
import { checkFields } from './check-fields.js';
import { fillOptions } from './fill-options.js';
import type { PictureTask, TaskFields, TaskOptions } from './picture-task.js';
import { refuseWhenFull } from './refuse-when-full.js';

/** All of a job but its picture, and what its request said of how it is to be answered. */
export interface CheckedSubmission extends Omit<CheckedJob, 'picture' | 'attachments'> {
  readonly cancelOnDisconnect: boolean;
}

/**
 * Checks the fields of a submission, chooses its model and fills in the model's defaults. What depends on the picture
 * is left to {@link PictureTask.fitToPicture}.
 * @param pictures how many jobs will be made of it
 * @throws DarkroomError that names the field, or `queue_full`
 */
export async function checkSubmission(
  task: PictureTask,
  given: Record<string, unknown>,
  wanted: WantedAnswer,
  services: Services,
  pictures = 1,
): Promise<CheckedSubmission> {
  const fields = checkFields(task.fieldsSchema, given, { known: ['image'] }) as TaskFields;
  checkMetadata(fields);
  const model = await services.models.choose(task.task, fields.model, task.neededCapabilities(fields));
  const resolved = task.resolveFields(fields, model);
  if (wanted.kind === 'picture' && !task.makesPicture(resolved)) throw noPicture(resolved);
  const {
    model: _,
    metadata,
    keep_seconds,
    priority,
    deadline_seconds,
    cancel_on_disconnect,
    ...asked
  } = resolved;
  const filled = fillOptions<TaskOptions>(model, withPicture(asked, wanted));
  const options = task.finishOptions(filled);
  await refuseWhenFull(model.id, services, pictures);
  return {
    task: task.task,
    modelId: model.id,
    options,
    common: { metadata, keep_seconds, priority, deadline_seconds },
    retryOf: null,
    batchId: null,
    cancelOnDisconnect: cancel_on_disconnect ?? false,
  };
}

/** An answer that is a picture needs one to be made, in the format that was asked for. */
function withPicture(fields: TaskFields, wanted: WantedAnswer): TaskFields {
  if (wanted.kind !== 'picture') return fields;
  const outputs = [...new Set([...(fields.outputs ?? []), 'overlay'])];
  return { ...fields, outputs, ...(wanted.format ? { output_format: wanted.format } : {}) };
}

function noPicture({ mode }: TaskFields): DarkroomError {
  return new DarkroomError(
    'not_acceptable',
    `The Accept header asks for a picture, but the mode "${mode}" makes none to look at. Accept application/json, or choose another mode.`,
  );
}
