import type { BlobStore } from '@darkroom/blob-store';
import type { ErrorCode, Warning } from '@darkroom/contracts';
import { type JobOutcome, type JobRecord, type JobStore, NO_OUTCOME } from '@darkroom/jobs';
import { artifactKey, heldUntilMs, storeArtifact } from './attempt-files.js';
import type { RunResult } from './inference-process.js';

/** An attempt that comes to its end. */
export interface EndingAttempt {
  readonly record: JobRecord;
  readonly token: string;
  /** What its user is to know, beside what the record and the result have. */
  readonly warnings: readonly Warning[];
}

/** Writes how a job of one model ended: artifacts and result into the blob store, then the record. */
export class OutcomeWriter {
  readonly #store: JobStore;
  readonly #blobs: BlobStore;
  readonly #workerId: string;
  readonly #modelVersion: string;

  constructor(parts: {
    readonly store: JobStore;
    readonly blobs: BlobStore;
    readonly workerId: string;
    readonly modelVersion: string;
  }) {
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#workerId = parts.workerId;
    this.#modelVersion = parts.modelVersion;
  }

  /** What an attempt that no longer holds the job has written is thrown away. */
  async succeed({ record, token, warnings }: EndingAttempt, run: RunResult): Promise<void> {
    const resultBlobKey = `result/${record.id}/${record.attempts}`;
    const made = run.outcome.artifacts;
    const artifactKeys = made.map(({ name }) => artifactKey(record, name));
    await this.#store.noteBlobs(record.id, [resultBlobKey, ...artifactKeys]);
    const resultJson = Buffer.from(JSON.stringify(run.outcome.result));
    const [artifacts] = await Promise.all([
      Promise.all(made.map((artifact) => storeArtifact(artifact, record, this.#blobs))),
      this.#blobs.put(resultBlobKey, resultJson, record.id, heldUntilMs(record)),
    ]);
    const outcome: JobOutcome = {
      modelVersion: this.#modelVersion,
      resultBlobKey,
      artifacts,
      warnings: [...record.outcome.warnings, ...warnings, ...run.outcome.warnings],
      error: null,
      execution: {
        worker: this.#workerId,
        device: run.device,
        batch_size: run.batchSize,
        embedding: run.outcome.embedding ?? null,
      },
      timings: run.timings,
    };
    if (await this.#store.finish(record.id, token, 'succeeded', outcome, run.steps)) return;
    const keys = [resultBlobKey, ...artifactKeys];
    await Promise.all(keys.map((key) => this.#blobs.release(key, record.id)));
  }

  async fail({ record, token, warnings }: EndingAttempt, code: ErrorCode, detail: string): Promise<void> {
    const outcome: JobOutcome = {
      ...NO_OUTCOME,
      modelVersion: this.#modelVersion,
      warnings: [...record.outcome.warnings, ...warnings],
      error: { code, detail },
    };
    await this.#store.finish(record.id, token, 'failed', outcome);
  }
}
