import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import { DEATHS_THAT_END_A_JOB, type DeliveryOutcome, type JobRecord, type JobStore } from '@darkroom/jobs';
import type { Logger } from '@darkroom/service-kit';
import { countRun, type RunCounters } from './count-run.js';
import { diedTooOften, diedWithWorker } from './died-too-often.js';
import type { HostedModel } from './hosted-model.js';
import { ModelRejectedError, ProcessDiedError, ProcessStoppedError } from './inference-process.js';
import { type EndingAttempt, OutcomeWriter } from './outcome-writer.js';
import { Precautions } from './precautions.js';
import { PreviewWriter } from './preview-writer.js';
import { ProgressReporter } from './progress-reporter.js';
import { runOnModel } from './run-on-model.js';

/** The worker is stopping: the job is to be done by somebody else. */
class GivenBackError extends Error {
  override readonly name = 'GivenBackError';
}

/** One attempt at a job, as long as this worker has it in hand. */
interface Attempt extends EndingAttempt {
  readonly precautions: Precautions;
  readonly abort: AbortController;
  giveBack: () => void;
}

/** Takes one model's jobs from delivery to end: record, bytes, run, artifacts, record. */
export class JobRunner {
  readonly #store: JobStore;
  readonly #blobs: BlobStore;
  readonly #hosted: HostedModel;
  readonly #outcomes: OutcomeWriter;
  readonly #logger: Logger;
  readonly #counters: RunCounters;
  readonly #inHand = new Map<string, Attempt>();
  #isStopping = false;

  constructor(parts: {
    readonly store: JobStore;
    readonly blobs: BlobStore;
    readonly hosted: HostedModel;
    readonly workerId: string;
    readonly logger: Logger;
    readonly counters: RunCounters;
  }) {
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#hosted = parts.hosted;
    this.#outcomes = new OutcomeWriter({ ...parts, modelVersion: parts.hosted.model.version });
    this.#logger = parts.logger;
    this.#counters = parts.counters;
  }

  /** Handles one delivery. @returns `again` when it is to be delivered to somebody else */
  async handle(jobId: string): Promise<DeliveryOutcome> {
    const precautions = new Precautions();
    const { warnings } = precautions;
    for (;;) {
      if (this.#isStopping) return 'again';
      const token = randomUUID();
      const record = await this.#store.start(jobId, token);
      if (record === null) return 'done';
      const attempt = { record, token, warnings, precautions, abort: new AbortController(), giveBack() {} };
      if (record.deaths >= DEATHS_THAT_END_A_JOB) {
        await this.#fail(attempt, 'inference_process_crashed', diedWithWorker());
        return 'done';
      }
      const end = await this.#attempt(attempt);
      if (end !== 'retry here') return end;
    }
  }

  /** The job was canceled elsewhere: its run is stopped, and what it makes is thrown away. */
  cancel(jobId: string): void {
    this.#inHand.get(jobId)?.abort.abort();
  }

  /** Puts what is in hand back into the queue; the jobs lose nothing by it. */
  giveBackAll(): void {
    this.#isStopping = true;
    for (const attempt of this.#inHand.values()) attempt.giveBack();
  }

  async #attempt(attempt: Attempt): Promise<DeliveryOutcome | 'retry here'> {
    const { id } = attempt.record;
    const givenBack = new Promise<never>((_, reject) => {
      attempt.giveBack = () => reject(new GivenBackError());
    });
    givenBack.catch(() => {});
    this.#inHand.set(id, attempt);
    try {
      await Promise.race([this.#run(attempt), givenBack]);
      return 'done';
    } catch (error) {
      return await this.#afterFailure(attempt, error as Error);
    } finally {
      this.#inHand.delete(id);
    }
  }

  async #run(attempt: Attempt): Promise<void> {
    const { record, token, precautions, abort } = attempt;
    const { image, options } = record.input;
    const [picture, attachments] = await Promise.all([
      image && this.#read(image.blobKey, 'picture'),
      this.#readAttachments(record),
    ]);
    const progress = new ProgressReporter((present) => {
      void this.#store.reportProgress(record.id, token, present).catch(() => {});
    });
    const previews = new PreviewWriter(attempt, {
      store: this.#store,
      blobs: this.#blobs,
      logger: this.#logger,
    });
    const result = await runOnModel(this.#hosted, {
      picture,
      pictureSha256: image === null ? null : image.sha256,
      options,
      attachments,
      memoryShortage: precautions.memoryShortage,
      alone: precautions.alone,
      signal: abort.signal,
      onProgress: (present) => progress.report(present),
      onPreview: (artifact, step) => previews.add(artifact, step),
      onWarning: (warning) => precautions.warn(warning),
    }).finally(() => {
      progress.stop();
      return previews.end();
    });
    await this.#outcomes.succeed(attempt, result);
    await countRun(record, result, this.#counters).catch((error) =>
      this.#logger.warn({ job: record.id, err: error }, 'the run could not be counted'),
    );
  }

  async #readAttachments({ input: { attachments = {} } }: JobRecord): Promise<Record<string, Buffer>> {
    const files = Object.entries(attachments).map(
      async ([pointer, blobKey]) => [pointer, await this.#read(blobKey, 'mask to refine')] as const,
    );
    return Object.fromEntries(await Promise.all(files));
  }

  async #read(blobKey: string, what: string): Promise<Buffer> {
    const bytes = await this.#blobs.get(blobKey);
    if (bytes !== null) return bytes;
    throw new DarkroomError(
      'internal_error',
      `The ${what} of the job is gone from storage; submit it again.`,
    );
  }

  async #afterFailure(attempt: Attempt, error: Error): Promise<DeliveryOutcome | 'retry here'> {
    const { record, token } = attempt;
    if (error instanceof GivenBackError) {
      attempt.abort.abort();
      return (await this.#store.giveBack(record.id, token)) ? 'again' : 'done';
    }
    if (attempt.abort.signal.aborted) return 'done';
    if (error instanceof ProcessStoppedError) return this.#startOver(attempt);
    if (error instanceof ProcessDiedError) return this.#afterDeath(attempt, error);
    if (error instanceof DarkroomError) await this.#fail(attempt, error.code, error.message);
    else if (error instanceof ModelRejectedError) {
      // What may pass is too little memory.
      await this.#fail(attempt, error.mayPass ? 'out_of_memory' : 'inference_failed', error.message);
    } else await this.#afterFault(attempt, error);
    return 'done';
  }

  /** Redis refused something, or there is a bug. Redis may have room again later; a bug stays. */
  async #afterFault(attempt: Attempt, error: Error): Promise<void> {
    const { record, token } = attempt;
    this.#logger.error({ job: record.id, err: error }, 'fault in a job');
    if (error.name === 'ReplyError') {
      await this.#store.giveBack(record.id, token);
      // The delivery fails and goes; the sweeper sends another in a while.
      throw error;
    }
    const detail = 'Something went wrong inside the worker; its log has the details under the id of the job.';
    await this.#fail(attempt, 'internal_error', detail);
  }

  /** The attempt ended through no fault of its job's: another begins, and no death is counted. */
  async #startOver({ record, token }: Attempt): Promise<DeliveryOutcome | 'retry here'> {
    return (await this.#store.giveBack(record.id, token)) ? 'retry here' : 'done';
  }

  async #afterDeath(attempt: Attempt, death: ProcessDiedError): Promise<DeliveryOutcome | 'retry here'> {
    const { record, token, precautions } = attempt;
    const { ending, sign, runs } = death;
    this.#logger.warn({ job: record.id, ending, runs }, 'the inference process died in a job');
    if (runs > 1) {
      precautions.runAlone();
      return this.#startOver(attempt);
    }
    const next = await this.#store.died(record.id, token);
    if (next === 'final') await this.#fail(attempt, 'inference_process_crashed', diedTooOften(ending, sign));
    if (next !== 'again') return 'done';
    if (sign === 'memory') precautions.takeLessMemory();
    return 'retry here';
  }

  async #fail(attempt: EndingAttempt, code: ErrorCode, detail: string): Promise<void> {
    await this.#outcomes.fail(attempt, code, detail);
    this.#logger.warn({ job: attempt.record.id, code, detail }, 'job failed');
  }
}
