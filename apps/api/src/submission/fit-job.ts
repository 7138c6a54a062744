import { DarkroomError } from '@darkroom/contracts';
import type { Services } from '../services.js';
import type { CheckedSubmission } from './check-submission.js';
import type { FittedOptions, PictureSize, PlannedJob, TaskOptions, TaskRules } from './task-rules.js';

/** What the format can hold (RFC 9649, 3.4). */
const WEBP_SIDE_PIXELS = 16_383;

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
  if (picture) refuseTooLargeForWebp(options, picture);
  const fitted = picture ? await rules.fitToPicture(options, picture, asked) : { options, attachments: {} };
  const planned = await rules.planParts?.({ ...fitted, picture, asked }, services);
  return { ...fitted, parts: [], ...planned };
}

/** What is written in `output_format`, as large as the picture or a part of it; maps and masks are PNG. */
const FOR_EYES = ['overlay', 'crops'];

function refuseTooLargeForWebp(
  { output_format, outputs }: TaskOptions,
  { width, height }: PictureSize,
): void {
  const isWritten = Array.isArray(outputs) && FOR_EYES.some((output) => outputs.includes(output));
  if (output_format !== 'webp' || !isWritten || Math.max(width, height) <= WEBP_SIDE_PIXELS) return;
  const detail = `A WebP picture has ${WEBP_SIDE_PIXELS} pixels a side at most, this one has ${width} × ${height}: ask for "jpeg" or "png" as "output_format".`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: '#/output_format', detail }] });
}
