import { DarkroomError, isEnded } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyBaseLogger } from 'fastify';
import type { Services } from '../services.js';
import { acceptJob, modelsOf } from './accept-job.js';
import { refuseWhenFull } from './refuse-when-full.js';

/**
 * Submits a job that ended without success once more, as a new job with the same picture, if any, model, options and time
 * until its deadline.
 * @throws DarkroomError `job_not_retryable`, `queue_full` or `no_longer_kept`
 */
export async function retryJob(
  record: JobRecord,
  services: Services,
  log: FastifyBaseLogger,
): Promise<JobRecord> {
  if (!isEnded(record.status) || record.status === 'succeeded') throw notRetryable(record);
  for (const model of modelsOf({ modelId: record.model, parts: record.parts }))
    await refuseWhenFull(model, services);
  const { input, deadlineAtMs, createdAtMs } = record;
  return acceptJob(
    {
      task: record.task,
      modelId: record.model,
      picture: input.image && { stored: input.image, bytes: null },
      options: input.options,
      attachments: input.attachments ?? {},
      parts: record.parts,
      common: {
        priority: record.priority,
        metadata: record.metadata,
        keep_seconds: record.keepMs / 1000,
        deadline_seconds: deadlineAtMs === null ? undefined : (deadlineAtMs - createdAtMs) / 1000,
      },
      retryOf: record.id,
      batchId: null,
    },
    services,
    log,
  );
}

function howToRunAgain({ id, task, input }: JobRecord): string {
  return input.image
    ? `to run its picture again, submit "image": {"job": "${id}"}.`
    : `to run it again, submit its "input" to /v1/${task}.`;
}

function notRetryable(record: JobRecord): DarkroomError {
  const { id, status } = record;
  const remedy =
    status === 'succeeded'
      ? `Its result is at /v1/jobs/${id}/result; ${howToRunAgain(record)}`
      : 'Wait for its end, or cancel it first.';
  return new DarkroomError(
    'job_not_retryable',
    `The job ${id} is ${status}; one that failed, was canceled or expired can be tried again. ${remedy}`,
  );
}
