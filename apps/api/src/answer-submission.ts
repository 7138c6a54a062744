import { DarkroomError, ERRORS, isEnded } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerWithFile } from './answer-with-file.js';
import { cancelOnDisconnect } from './cancel-job.js';
import { streamJobEvents } from './event-stream.js';
import { JobPresenter } from './presentation/job-presenter.js';
import { pictureOf } from './presentation/present-job.js';
import { jobUrls } from './presentation/urls.js';
import { addServerTiming } from './server-timing.js';
import type { Services } from './services.js';
import { waitWhileConnected } from './wait-while-connected.js';
import { confirmWait, DEFAULT_WAIT_SECONDS, type Wait, type WantedAnswer } from './wanted-answer.js';

/** Answers a submission as its headers ask: with the job, waiting for its end or not, its events, or its picture. */
export async function answerSubmission(
  request: FastifyRequest,
  reply: FastifyReply,
  submitted: JobRecord,
  asked: { readonly wanted: WantedAnswer; readonly wait: Wait; readonly cancelOnDisconnect: boolean },
  services: Services,
): Promise<FastifyReply> {
  const presenter = new JobPresenter(services, request);
  reply.header('location', jobUrls(presenter.base, submitted.id).self);
  if (asked.cancelOnDisconnect) cancelOnDisconnect(request, reply, submitted, services);
  if (asked.wanted.kind === 'events') return streamJobEvents(request, reply, submitted, services);
  const isPicture = asked.wanted.kind === 'picture';
  const seconds = asked.wait.seconds || (isPicture ? DEFAULT_WAIT_SECONDS : 0);
  confirmWait(reply, { ...asked.wait, seconds });
  const record = seconds > 0 ? await waitForAccepted(request, submitted, seconds, services) : submitted;
  if (seconds === 0 || !isEnded(record.status)) {
    // The job is accepted: should Redis go away now, that must not look as if it were not.
    return reply.code(202).send(await presenter.job(record).catch(() => presenter.jobAlone(record)));
  }
  addServerTiming(reply, record);
  if (isPicture) return answerWithPicture(request, reply, record, services);
  return reply.code(200).send(await presenter.job(record));
}

/** @returns the job as it was submitted when its state cannot be learnt */
async function waitForAccepted(
  request: FastifyRequest,
  submitted: JobRecord,
  seconds: number,
  services: Services,
): Promise<JobRecord> {
  try {
    return await waitWhileConnected(request, submitted.id, seconds, services);
  } catch (error) {
    if (error instanceof DarkroomError) throw error;
    return submitted;
  }
}

async function answerWithPicture(
  request: FastifyRequest,
  reply: FastifyReply,
  record: JobRecord,
  services: Services,
): Promise<FastifyReply> {
  const { error } = record.outcome;
  if (error) throw new DarkroomError(error.code, `The job ${record.id} failed: ${error.detail}`);
  const picture = pictureOf(record);
  if (record.status !== 'succeeded' || !picture) {
    const why =
      record.status === 'succeeded'
        ? 'What it made was withheld; the result of the job says why.'
        : ERRORS.job_has_no_result.help;
    const detail = `The job ${record.id} is ${record.status} and has no picture. ${why}`;
    throw new DarkroomError('job_has_no_result', detail);
  }
  reply.code(200);
  return answerWithFile(request, reply, picture, services.blobs);
}
