import type { Services } from '../services.js';
import type { CheckedSubmission } from './check-submission.js';
import type { FittedOptions, PictureSize, PlannedJob, TaskRules } from './task-rules.js';

/** What depends on the picture, and on models beside the job's own. */
export type FittedAndPlanned = FittedOptions & PlannedJob;

/**
 * Settles what is left of a checked submission once its picture is known.
 * @param picture null for a job without one
 * @throws DarkroomError for what doesn't suit the picture, or what another model can't do
 */
export async function fitJob(
  rules: TaskRules,
  { options, asked }: CheckedSubmission,
  picture: PictureSize | null,
  services: Services,
): Promise<FittedAndPlanned> {
  const fitted = picture ? await rules.fitToPicture(options, picture, asked) : { options, attachments: {} };
  const planned = await rules.planParts?.({ ...fitted, picture, asked }, services);
  return { ...fitted, parts: [], ...planned };
}
