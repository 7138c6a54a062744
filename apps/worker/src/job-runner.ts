import { createHash, randomUUID } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import {
  DEATHS_THAT_END_A_JOB,
  type DeliveryOutcome,
  type JobOutcome,
  type JobRecord,
  type JobStore,
  NO_OUTCOME,
  type StoredArtifact,
} from '@darkroom/jobs';
import type { Logger } from '@darkroom/service-kit';
import type { HostedModel } from './hosted-model.js';
import {
  ModelRejectedError,
  ProcessDiedError,
  ProcessStoppedError,
  type RunResult,
} from './inference-process.js';
import { ProgressReporter } from './progress-reporter.js';
import { runOnModel } from './run-on-model.js';

/** Blobs of an attempt whose worker dies before it finishes the job go away by themselves this much later. */
const BLOB_MARGIN_MS = 3_600_000;

/** The worker is stopping: the job is to be done by somebody else. */
class GivenBackError extends Error {
  override readonly name = 'GivenBackError';
}

/** One attempt at a job, as long as this worker has it in hand. */
interface Attempt {
  readonly record: JobRecord;
  readonly token: string;
  readonly abort: AbortController;
  giveBack: () => void;
}

/** Takes one model's jobs from delivery to end: record, bytes, run, artifacts, record. */
export class JobRunner {
  readonly #store: JobStore;
  readonly #blobs: BlobStore;
  readonly #hosted: HostedModel;
  readonly #workerId: string;
  readonly #logger: Logger;
  readonly #inHand = new Map<string, Attempt>();
  /** Jobs that were in a process with others when it died. Each is run alone, to see which it dies of. */
  readonly #suspects = new Set<string>();
  #isStopping = false;

  constructor(parts: {
    readonly store: JobStore;
    readonly blobs: BlobStore;
    readonly hosted: HostedModel;
    readonly workerId: string;
    readonly logger: Logger;
  }) {
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#hosted = parts.hosted;
    this.#workerId = parts.workerId;
    this.#logger = parts.logger;
  }

  /** Handles one delivery. @returns `again` when it is to be delivered to somebody else */
  async handle(jobId: string): Promise<DeliveryOutcome> {
    for (;;) {
      if (this.#isStopping) return 'again';
      const token = randomUUID();
      const record = await this.#store.start(jobId, token);
      if (record === null) return 'done';
      if (record.deaths >= DEATHS_THAT_END_A_JOB) {
        await this.#fail(
          record,
          token,
          'inference_process_crashed',
          diedTooOften('the worker was lost each time'),
        );
        return 'done';
      }
      const end = await this.#attempt(record, token);
      if (end === 'retry here') continue;
      this.#suspects.delete(jobId);
      return end;
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

  async #attempt(record: JobRecord, token: string): Promise<DeliveryOutcome | 'retry here'> {
    const attempt: Attempt = { record, token, abort: new AbortController(), giveBack: () => {} };
    const givenBack = new Promise<never>((_, reject) => {
      attempt.giveBack = () => reject(new GivenBackError());
    });
    givenBack.catch(() => {});
    this.#inHand.set(record.id, attempt);
    try {
      await Promise.race([this.#run(attempt), givenBack]);
      return 'done';
    } catch (error) {
      return await this.#afterFailure(attempt, error as Error);
    } finally {
      this.#inHand.delete(record.id);
    }
  }

  async #run(attempt: Attempt): Promise<void> {
    const { record, token, abort } = attempt;
    const picture = await this.#blobs.get(record.input.image.blobKey);
    if (picture === null) {
      throw new DarkroomError(
        'internal_error',
        'The picture of the job is gone from storage; submit it again.',
      );
    }
    const progress = new ProgressReporter((present) => {
      void this.#store.reportProgress(record.id, token, present).catch(() => {});
    });
    const { result, device } = await runOnModel(this.#hosted, {
      picture,
      options: record.input.options,
      signal: abort.signal,
      onProgress: (present) => progress.report(present),
      alone: this.#suspects.has(record.id),
    }).finally(() => progress.stop());
    await this.#succeed(attempt, result, device);
    const stageMs = Object.values(result.timings).map((ms) => ms ?? 0);
    await this.#store.rememberRunTime(
      record.model,
      stageMs.reduce((sum, ms) => sum + ms, 0),
    );
  }

  async #succeed({ record, token }: Attempt, run: RunResult, device: string): Promise<void> {
    const untilMs = Date.now() + record.keepMs + BLOB_MARGIN_MS;
    const place = `${record.id}/${record.attempts}`;
    const resultBlobKey = `result/${place}`;
    const blobKeyOf = (name: string) => `artifact/${place}/${name}`;
    const names = run.outcome.artifacts.map(({ name }) => name);
    await this.#store.noteBlobs(record.id, [resultBlobKey, ...names.map(blobKeyOf)]);
    const artifacts = await Promise.all(
      run.outcome.artifacts.map(async ({ bytes, ...about }): Promise<StoredArtifact> => {
        const blobKey = blobKeyOf(about.name);
        await this.#blobs.put(blobKey, bytes, record.id, untilMs);
        return { ...about, blobKey, bytes: bytes.length, sha256: sha256(bytes) };
      }),
    );
    const resultJson = Buffer.from(JSON.stringify(run.outcome.result));
    await this.#blobs.put(resultBlobKey, resultJson, record.id, untilMs);
    const finished = await this.#store.finish(record.id, token, 'succeeded', {
      modelVersion: this.#hosted.model.version,
      resultBlobKey,
      artifacts,
      warnings: [...record.outcome.warnings, ...run.outcome.warnings],
      error: null,
      execution: { worker: this.#workerId, device, batch_size: run.batchSize },
      timings: run.timings,
    });
    if (finished) return;
    const keys = [resultBlobKey, ...artifacts.map((artifact) => artifact.blobKey)];
    await Promise.all(keys.map((key) => this.#blobs.release(key, record.id)));
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
    if (error instanceof DarkroomError) await this.#fail(record, token, error.code, error.message);
    else if (error instanceof ModelRejectedError)
      await this.#fail(record, token, 'inference_failed', error.message);
    else await this.#afterFault(attempt, error);
    return 'done';
  }

  /** Redis refused something, or there is a bug. Redis may have room again later; a bug stays. */
  async #afterFault({ record, token }: Attempt, error: Error): Promise<void> {
    this.#logger.error({ job: record.id, err: error }, 'fault in a job');
    if (error.name === 'ReplyError') {
      await this.#store.giveBack(record.id, token);
      // The delivery fails and goes; the sweeper sends another in a while.
      throw error;
    }
    const detail = 'Something went wrong inside the worker; its log has the details under the id of the job.';
    await this.#fail(record, token, 'internal_error', detail);
  }

  /** The attempt ended through no fault of its job's: another begins, and no death is counted. */
  async #startOver({ record, token }: Attempt): Promise<DeliveryOutcome | 'retry here'> {
    return (await this.#store.giveBack(record.id, token)) ? 'retry here' : 'done';
  }

  async #afterDeath(
    attempt: Attempt,
    { ending, runs }: ProcessDiedError,
  ): Promise<DeliveryOutcome | 'retry here'> {
    const { record, token } = attempt;
    this.#logger.warn({ job: record.id, ending, runs }, 'the inference process died in a job');
    if (runs > 1) {
      this.#suspects.add(record.id);
      return this.#startOver(attempt);
    }
    const next = await this.#store.died(record.id, token);
    if (next === 'again') return 'retry here';
    if (next === 'final') await this.#fail(record, token, 'inference_process_crashed', diedTooOften(ending));
    return 'done';
  }

  async #fail(record: JobRecord, token: string, code: ErrorCode, detail: string): Promise<void> {
    const outcome: JobOutcome = {
      ...NO_OUTCOME,
      modelVersion: this.#hosted.model.version,
      warnings: record.outcome.warnings,
      error: { code, detail },
    };
    await this.#store.finish(record.id, token, 'failed', outcome);
    this.#logger.warn({ job: record.id, code, detail }, 'job failed');
  }
}

function diedTooOften(ending: string): string {
  return (
    `The process that runs the model died ${DEATHS_THAT_END_A_JOB} times at this job, last with ${ending}. ` +
    'SIGKILL mostly means that memory ran out: try a smaller picture, or give the worker more memory. ' +
    'Anything else points at the model or its graph; the worker’s log has more.'
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
