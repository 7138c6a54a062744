import { DarkroomError, ERRORS, isEnded } from '@darkroom/contracts';
import { type JobRecord, waitForEnd } from '@darkroom/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerWithFile } from './answer-with-file.js';
import { streamJobEvents } from './event-stream.js';
import { JobPresenter } from './presentation/job-presenter.js';
import { pictureOf, presentTimings } from './presentation/present-job.js';
import { jobUrls } from './presentation/urls.js';
import type { Services } from './services.js';
import { confirmWait, DEFAULT_WAIT_SECONDS, readWait, type WantedAnswer } from './wanted-answer.js';

/** Answers a submission as its headers ask: with the job, waiting for its end or not, its events, or its picture. */
export async function answerSubmission(
  request: FastifyRequest,
  reply: FastifyReply,
  submitted: JobRecord,
  wanted: WantedAnswer,
  services: Services,
): Promise<FastifyReply> {
  const presenter = new JobPresenter(services, request);
  reply.header('location', jobUrls(presenter.base, submitted.id).self);
  if (wanted.kind === 'events') return streamJobEvents(request, reply, submitted, services);
  const asked = readWait(request);
  const isPicture = wanted.kind === 'picture';
  const wait = isPicture && asked.seconds === 0 ? { ...asked, seconds: DEFAULT_WAIT_SECONDS } : asked;
  const record =
    wait.seconds > 0 ? await waitWhileConnected(request, submitted, wait.seconds, services) : submitted;
  confirmWait(reply, wait);
  if (wait.seconds > 0 && isEnded(record.status)) {
    addServerTiming(reply, record);
    if (isPicture) return answerWithPicture(request, reply, record, services);
    return reply.code(200).send(await presenter.job(record));
  }
  return reply.code(202).send(await presenter.job(record));
}

/** Waits for the end of a job, but no longer than the client does. */
export async function waitWhileConnected(
  request: FastifyRequest,
  record: JobRecord,
  seconds: number,
  { store, events }: Services,
): Promise<JobRecord> {
  const hangUp = new AbortController();
  const onClose = () => hangUp.abort();
  request.raw.socket.once('close', onClose);
  try {
    const signal = hangUp.signal;
    return (await waitForEnd(record.id, { store, events, timeoutMs: seconds * 1000, signal })) ?? record;
  } finally {
    request.raw.socket.off('close', onClose);
  }
}

/** The stages of an ended job, as browsers' developer tools show them. */
export function addServerTiming(reply: FastifyReply, record: JobRecord): void {
  const timings = Object.entries(presentTimings(record)).flatMap(([name, durationMs]) =>
    durationMs === null ? [] : `${name.replace(/_ms$/, '')};dur=${durationMs.toFixed(1)}`,
  );
  reply.header('server-timing', timings.join(', '));
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
    const detail = `The job ${record.id} is ${record.status} and has no picture. ${ERRORS.job_has_no_result.help}`;
    throw new DarkroomError('job_has_no_result', detail);
  }
  reply.code(200);
  return answerWithFile(request, reply, picture, services.blobs);
}
