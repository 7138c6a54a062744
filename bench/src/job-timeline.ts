import type { Job } from '@darkroom/contracts';

/** When a client sent a request and had read its answer, on the clock of the machine and on the precise one. */
export interface ClientTimes {
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly wallMs: number;
}

/**
 * The way of one job in milliseconds. `submitMs`, `queueMs`, `inHandMs` and `answerMs` follow one another and make
 * up `wallMs`, but for the rounding of the record's times to whole milliseconds.
 */
export interface JobTimeline {
  /** From sending the request until the answer was read. */
  readonly wallMs: number;
  /** From sending the request until the job was on its way into the record. */
  readonly submitMs: number;
  /** From there until a worker had begun its attempt. */
  readonly queueMs: number;
  /** From there until the end was on record. */
  readonly inHandMs: number;
  /** From there until the client had read the answer. */
  readonly answerMs: number;
  readonly decodeMs: number;
  readonly prepareMs: number;
  readonly inferenceMs: number;
  readonly postprocessMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** @throws Error when the job did not succeed: its times would say nothing */
export function jobTimeline(job: Job, { sentAtMs, answeredAtMs, wallMs }: ClientTimes): JobTimeline {
  if (job.status !== 'succeeded') {
    throw new Error(`expected the job ${job.id} to succeed, it ${job.status}: ${JSON.stringify(job.error)}`);
  }
  const createdAtMs = Date.parse(job.created_at);
  const startedAtMs = Date.parse(job.started_at!);
  const finishedAtMs = Date.parse(job.finished_at!);
  return {
    wallMs,
    submitMs: createdAtMs - sentAtMs,
    queueMs: startedAtMs - createdAtMs,
    inHandMs: finishedAtMs - startedAtMs,
    answerMs: answeredAtMs - finishedAtMs,
    decodeMs: job.timings.decode_ms!,
    prepareMs: job.timings.prepare_ms!,
    inferenceMs: job.timings.inference_ms!,
    postprocessMs: job.timings.postprocess_ms!,
    startedAtMs,
    finishedAtMs,
  };
}

/** The stages of a job: what it would cost with nothing around. */
export function stagesMs(job: JobTimeline): number {
  return job.decodeMs + job.prepareMs + job.inferenceMs + job.postprocessMs;
}
