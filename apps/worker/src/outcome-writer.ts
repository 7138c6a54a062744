import { createHash } from 'node:crypto';
import type { BlobStore } from '@darkroom/blob-store';
import type { ErrorCode, Warning } from '@darkroom/contracts';
import {
  type JobOutcome,
  type JobRecord,
  type JobStore,
  NO_OUTCOME,
  type StoredArtifact,
} from '@darkroom/jobs';
import type { RunResult } from './inference-process.js';

/** Blobs of an attempt whose worker dies before it finishes the job go away by themselves this much later. */
const BLOB_MARGIN_MS = 3_600_000;

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
    const untilMs = Date.now() + record.keepMs + BLOB_MARGIN_MS;
    const place = `${record.id}/${record.attempts}`;
    const resultBlobKey = `result/${place}`;
    const blobKeyOf = (name: string) => `artifact/${place}/${name}`;
    const names = run.outcome.artifacts.map(({ name }) => name);
    await this.#store.noteBlobs(record.id, [resultBlobKey, ...names.map(blobKeyOf)]);
    const resultJson = Buffer.from(JSON.stringify(run.outcome.result));
    const [artifacts] = await Promise.all([
      Promise.all(
        run.outcome.artifacts.map(async ({ bytes, ...about }): Promise<StoredArtifact> => {
          const blobKey = blobKeyOf(about.name);
          await this.#blobs.put(blobKey, bytes, record.id, untilMs);
          return { ...about, blobKey, bytes: bytes.length, sha256: sha256(bytes) };
        }),
      ),
      this.#blobs.put(resultBlobKey, resultJson, record.id, untilMs),
    ]);
    const finished = await this.#store.finish(record.id, token, 'succeeded', {
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
    });
    if (finished) return;
    const keys = [resultBlobKey, ...artifacts.map((artifact) => artifact.blobKey)];
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

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
