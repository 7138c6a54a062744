import { DarkroomError } from '@darkroom/contracts';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { type CheckedJob, checkMetadata } from './accept-job.js';
import { checkFields } from './check-fields.js';
import { fillOptions } from './fill-options.js';
import { refuseWhenFull } from './refuse-when-full.js';
import type { AskedJob, TaskFields, TaskOptions, TaskRules } from './task-rules.js';

/** All of a job but its picture, and what its request said of how it is to be answered. */
export interface CheckedSubmission extends Omit<CheckedJob, 'picture' | 'attachments' | 'parts'> {
  readonly cancelOnDisconnect: boolean;
  readonly asked: AskedJob;
}

/**
 * Checks the fields of a submission, chooses its model and fills in the model's defaults. What depends on the picture
 * is left to {@link TaskRules.fitToPicture}.
 * @param about how many jobs will be made of it, and whether they have pictures
 * @throws DarkroomError that names the field, or `queue_full`
 */
export async function checkSubmission(
  rules: TaskRules,
  given: Record<string, unknown>,
  wanted: WantedAnswer,
  services: Services,
  { hasPicture, jobs = 1 }: { readonly hasPicture: boolean; readonly jobs?: number },
): Promise<CheckedSubmission> {
  const fields = checkFields(rules.fieldsSchema, given, { known: ['image'] }) as TaskFields;
  checkMetadata(fields);
  const needed = rules.neededCapabilities(fields, hasPicture);
  const model = await services.models.choose(rules.task, fields.model, needed);
  const resolved = withPicture(rules, rules.resolveFields(fields, model, hasPicture), wanted);
  const {
    model: _,
    metadata,
    keep_seconds,
    priority,
    deadline_seconds,
    cancel_on_disconnect,
    ...asked
  } = resolved;
  const options = rules.finishOptions(fillOptions<TaskOptions>(model, asked), hasPicture);
  await refuseWhenFull(model.id, services, jobs);
  return {
    task: rules.task,
    modelId: model.id,
    options,
    common: { metadata, keep_seconds, priority, deadline_seconds },
    retryOf: null,
    batchId: null,
    cancelOnDisconnect: cancel_on_disconnect ?? false,
    asked: { fields, model, jobs, store: services.store },
  };
}

/** An answer that is a picture needs one to be made, in the format that was asked for. */
function withPicture(rules: TaskRules, fields: TaskFields, wanted: WantedAnswer): TaskFields {
  if (wanted.kind !== 'picture') return fields;
  const asking = rules.askForPicture(fields);
  if (asking === null) throw noPicture(fields);
  return { ...asking, ...(wanted.format ? { output_format: wanted.format } : {}) };
}

function noPicture({ mode }: TaskFields): DarkroomError {
  return new DarkroomError(
    'not_acceptable',
    `The Accept header asks for a picture, but the mode "${mode}" makes none to look at. Accept application/json, or choose another mode.`,
  );
}
