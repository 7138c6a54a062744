import type { BlobStore } from '@darkroom/blob-store';
import { type JobRecord, type JobStore, PREVIEWS_MAX, type StoredArtifact } from '@darkroom/jobs';
import type { PipelineArtifact } from '@darkroom/model-families';
import type { Logger } from '@darkroom/service-kit';
import { artifactKey, storeArtifact } from './attempt-files.js';

interface WaitingPreview {
  readonly artifact: PipelineArtifact;
  readonly step: number;
}

/**
 * Writes the previews of an attempt beside its run. What comes while others are written waits, and is written together;
 * more than a job keeps do not wait, the oldest are dropped. That a preview can't be written is no job's failure.
 */
export class PreviewWriter {
  readonly #record: JobRecord;
  readonly #token: string;
  readonly #store: JobStore;
  readonly #blobs: BlobStore;
  readonly #logger: Logger;
  #waiting: WaitingPreview[] = [];
  #stored: readonly StoredArtifact[] = [];
  #isWriting = false;
  #written: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(
    { record, token }: { readonly record: JobRecord; readonly token: string },
    parts: { readonly store: JobStore; readonly blobs: BlobStore; readonly logger: Logger },
  ) {
    this.#record = record;
    this.#token = token;
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#logger = parts.logger;
  }

  add(artifact: PipelineArtifact, step: number): void {
    if (this.#isOver) return;
    this.#waiting = [...this.#waiting, { artifact, step }].slice(-PREVIEWS_MAX);
    if (!this.#isWriting) this.#written = this.#writeAll();
  }

  /** Takes no more. @returns when what was taken is written */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#written;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
    } catch (error) {
      this.#giveUp();
      this.#logger.warn({ job: this.#record.id, err: error }, 'previews of a job could not be written');
    } finally {
      this.#isWriting = false;
    }
  }

  async #write(previews: readonly WaitingPreview[]): Promise<void> {
    const record = this.#record;
    const keys = previews.map(({ artifact }) => artifactKey(record, artifact.name));
    await this.#store.noteBlobs(record.id, keys);
    const made = await Promise.all(
      previews.map(({ artifact }) => storeArtifact(artifact, record, this.#blobs)),
    );
    const all = [...this.#stored.filter(({ blobKey }) => !keys.includes(blobKey)), ...made];
    const kept = all.slice(-PREVIEWS_MAX);
    const told = previews.map(({ artifact: { name }, step }) => ({ artifact: name, step }));
    const isOurs = await this.#store.addPreviews(record.id, this.#token, kept, told);
    if (!isOurs) this.#giveUp();
    const dropped = isOurs ? all.slice(0, -PREVIEWS_MAX).map(({ blobKey }) => blobKey) : keys;
    this.#stored = kept;
    await Promise.all(dropped.map((key) => this.#blobs.release(key, record.id)));
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#waiting = [];
  }
}
