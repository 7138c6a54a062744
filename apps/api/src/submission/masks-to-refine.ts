import { DarkroomError, isEnded, type PromptOptions, REFINABLE_MASKS_MAX } from '@darkroom/contracts';
import type { JobRecord, JobStore } from '@darkroom/jobs';
import { pointerTo } from './check-fields.js';
import { findReferredJob } from './find-referred-job.js';
import type { PictureSize } from './task-rules.js';

/**
 * The logits of the earlier masks that prompts name.
 * @returns their keys in the blob store, by a JSON pointer to the prompt's `mask`
 * @throws DarkroomError what is wrong with the job or the mask that is referred to
 */
export async function masksToRefine(
  prompts: readonly PromptOptions[],
  picture: PictureSize,
  store: JobStore,
): Promise<Record<string, string>> {
  const jobs = new Map<string, Promise<JobRecord>>();
  const attachments: Record<string, string> = {};
  for (const [at, { mask }] of prompts.entries()) {
    if (!mask) continue;
    const field = `prompts/${at}/mask`;
    const found = jobs.get(mask.job) ?? findReferredJob(mask.job, field, store);
    jobs.set(mask.job, found);
    const record = await found;
    checkJob(record, picture, field);
    attachments[pointerTo('prompts', at, 'mask')] = logitsOf(record, mask.index, field);
  }
  return attachments;
}

function checkJob({ id, status, input }: JobRecord, picture: PictureSize, field: string): void {
  const refuse = (code: 'job_not_ended' | 'invalid_field', detail: string) => {
    const fields = [{ pointer: `#/${field}/job`, detail }];
    throw new DarkroomError(code, detail, {
      fields,
      ...(code === 'job_not_ended' && { retryAfterSeconds: 1 }),
    });
  };
  if (!isEnded(status)) {
    refuse(
      'job_not_ended',
      `The job ${id} that "${field}" refers to is ${status}; its masks are there once it has succeeded.`,
    );
  }
  if (status !== 'succeeded') {
    refuse('invalid_field', `The job ${id} that "${field}" refers to is ${status}, so it has no masks.`);
  }
  // A job without a picture has no masks either, which is told of the mask.
  const { width, height } = input.image ?? picture;
  if (width !== picture.width || height !== picture.height) {
    refuse(
      'invalid_field',
      `The mask that "${field}" refers to is of a picture of ${width} × ${height} pixels, this one has ${picture.width} × ${picture.height}. A mask can be refined in pictures of its own size.`,
    );
  }
}

function logitsOf({ id, outcome }: JobRecord, index: number, field: string): string {
  const kept = outcome.artifacts.filter(({ role }) => role === 'mask_logits');
  const logits = kept.find((artifact) => artifact.index === index);
  if (logits) return logits.blobKey;
  const there =
    kept.length === 0
      ? 'It has none: only masks that came of "prompts" can be. Send a point of the mask, or its box, instead.'
      : `It has ${kept.length}, from 0 on; of a job the first ${REFINABLE_MASKS_MAX} can be.`;
  const detail = `The job ${id} has no mask ${index} that can be refined, as "${field}" asks. ${there}`;
  throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: `#/${field}/index`, detail }] });
}
