import type { JobRecord } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { acceptJob } from './accept-job.js';
import { checkSubmission } from './check-submission.js';
import { loadPicture } from './load-picture.js';
import type { PictureTask } from './picture-task.js';
import { readSubmission } from './read-submission.js';

/** A job that was accepted, and what its request said of how it is to be answered. */
export interface Submitted {
  readonly record: JobRecord;
  readonly cancelOnDisconnect: boolean;
}

/** Takes a job with one picture from the request to the queue. */
export async function submitPicture(
  request: FastifyRequest,
  task: PictureTask,
  services: Services,
  wanted: WantedAnswer,
): Promise<Submitted> {
  const { limits, store, blobs } = services;
  const submission = await readSubmission(request, task.fieldsSchema, limits.maxUploadBytes);
  const loading = loadPicture(submission.picture, { store, blobs, maxPixels: limits.maxImagePixels });
  // What is wrong with the fields is told first, whichever is found out first.
  loading.catch(() => {});
  const { cancelOnDisconnect, ...checked } = await checkSubmission(task, submission.fields, wanted, services);
  const picture = await loading;
  const fitted = await task.fitToPicture(checked.options, picture.stored, store);
  const record = await acceptJob({ ...checked, ...fitted, picture }, services, request.log);
  return { record, cancelOnDisconnect };
}
