import type { JobRecord } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { acceptJob } from './accept-job.js';
import { checkSubmission } from './check-submission.js';
import { loadPicture } from './load-picture.js';
import { readSubmission, type Submission } from './read-submission.js';
import type { TaskRules } from './task-rules.js';

/** A job that was accepted, and what its request said of how it is to be answered. */
export interface Submitted {
  readonly record: JobRecord;
  readonly cancelOnDisconnect: boolean;
}

/** Takes a job from the request to the queue. */
export async function submitJob(
  request: FastifyRequest,
  rules: TaskRules,
  services: Services,
  wanted: WantedAnswer,
): Promise<Submitted> {
  const submission = await readSubmission(request, rules, services.limits.maxUploadBytes);
  return submitRead(request, submission, rules, services, wanted);
}

/** Takes a job to the queue whose fields and picture were read already. @throws DarkroomError */
export async function submitRead(
  request: FastifyRequest,
  { fields, picture: source }: Submission,
  rules: TaskRules,
  services: Services,
  wanted: WantedAnswer,
): Promise<Submitted> {
  const { limits, store, blobs } = services;
  const loading = source && loadPicture(source, { store, blobs, maxPixels: limits.maxImagePixels });
  // What is wrong with the fields is told first, whichever is found out first.
  loading?.catch(() => {});
  const about = { hasPicture: source !== null };
  const { cancelOnDisconnect, asked, ...checked } = await checkSubmission(
    rules,
    fields,
    wanted,
    services,
    about,
  );
  const picture = await loading;
  const fitted = picture
    ? await rules.fitToPicture(checked.options, picture.stored, asked)
    : { options: checked.options, attachments: {} };
  const record = await acceptJob({ ...checked, ...fitted, picture }, services, request.log);
  return { record, cancelOnDisconnect };
}
