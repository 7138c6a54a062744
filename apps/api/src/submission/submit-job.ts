import type { JobRecord } from '@darkroom/jobs';
import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';
import type { WantedAnswer } from '../wanted-answer.js';
import { whileConnected } from '../while-connected.js';
import { acceptJob } from './accept-job.js';
import { checkSubmission } from './check-submission.js';
import { fitJob } from './fit-job.js';
import { loadPicture } from './load-picture.js';
import type { PictureSource } from './picture-source.js';
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
  const { limits, store, blobs, pictures } = services;
  const places = { store, blobs, pictures, maxPixels: limits.maxImagePixels };
  const load = (from: PictureSource) =>
    whileConnected(request, (signal) => loadPicture(from, places, signal));
  // What came with the request is looked at meanwhile; nothing is fetched before the fields are found good.
  const loading = source && source.kind !== 'url' ? load(source) : null;
  // What is wrong with the fields is told first, whichever is found out first.
  loading?.catch(() => {});
  const about = { hasPicture: source !== null };
  const submission = await checkSubmission(rules, fields, wanted, services, about);
  const picture = await (loading ?? (source && load(source)));
  const fitted = await fitJob(rules, submission, picture?.stored ?? null, services);
  const { cancelOnDisconnect, asked: _, ...checked } = submission;
  const record = await acceptJob({ ...checked, ...fitted, picture }, services, request.log);
  return { record, cancelOnDisconnect };
}
