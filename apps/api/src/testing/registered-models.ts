import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisBlobStore } from '@darkroom/blob-store';
import type { ArtifactRole, Job, ModelSummary, TaskResult, Worker } from '@darkroom/contracts';
import { JobStore, NO_OUTCOME, type StoredArtifact, WorkerRegistry } from '@darkroom/jobs';
import { NAMESPACE } from '@darkroom/service-kit';
import { Redis } from 'ioredis';
import type { RunningService } from './start-service.js';

/** What a job made, for the test to end it with. */
export interface MadeFile {
  readonly name: string;
  readonly role: ArtifactRole;
  readonly index: number | null;
  readonly bytes: Buffer;
  readonly mediaType?: string;
}

type JobId = Pick<Job, 'id'>;

/**
 * Models as the api sees them: a worker registered them and left. Their jobs wait until the test
 * ends them, so that what the api makes of requests and of results is tested without any network.
 */
export class RegisteredModels {
  readonly #redis: Redis;
  readonly #store: JobStore;
  readonly #blobs: RedisBlobStore;
  /** Tokens of the jobs that were begun. */
  readonly #tokens = new Map<string, string>();

  private constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl);
    this.#store = new JobStore(this.#redis, NAMESPACE);
    this.#blobs = new RedisBlobStore(this.#redis, NAMESPACE);
  }

  /** @returns when the api knows them */
  static async open(service: RunningService, summaries: readonly ModelSummary[]): Promise<RegisteredModels> {
    const models = new RegisteredModels(service.redis.url);
    await models.#register(summaries);
    for (const { id } of summaries)
      while ((await service.fetch(`/v1/models/${id}`)).status !== 200) await sleep(50);
    return models;
  }

  async #register(summaries: readonly ModelSummary[]): Promise<void> {
    const registry = new WorkerRegistry(this.#redis, NAMESPACE);
    const worker = { id: 'gone', models: [] as Worker['models'] } as Worker;
    await registry.heartbeat(worker, summaries);
    await registry.leave(worker.id);
  }

  /** Begins an attempt at a job as a worker would, over again where one was begun. */
  async begin({ id }: JobId): Promise<void> {
    const token = randomUUID();
    this.#tokens.set(id, token);
    await this.#store.start(id, token);
  }

  /** Shows how far a job that was begun is. */
  async preview(job: JobId, file: MadeFile, step: number): Promise<void> {
    const before = (await this.#store.get(job.id))!.previews;
    const made = [{ artifact: file.name, step }];
    const all = [...before, await this.#keep(job, file)];
    await this.#store.addPreviews(job.id, this.#tokens.get(job.id)!, all, made);
  }

  /** Ends a job as a worker would. */
  async succeed(
    job: JobId,
    result: TaskResult,
    files: readonly MadeFile[] = [],
    {
      embedding = 'computed',
      steps = null,
    }: { embedding?: 'computed' | 'cached'; steps?: number | null } = {},
  ): Promise<void> {
    const { id } = job;
    if (!this.#tokens.has(id)) await this.begin(job);
    const resultBlobKey = `result/${id}`;
    await this.#blobs.put(resultBlobKey, Buffer.from(JSON.stringify(result)), id, 'released');
    const artifacts = await Promise.all(files.map((file) => this.#keep(job, file)));
    const outcome = {
      ...NO_OUTCOME,
      modelVersion: '3f9c1a20',
      resultBlobKey,
      artifacts,
      execution: { worker: 'gone', device: 'cpu', batch_size: 1, embedding },
      timings: { decode_ms: 1, prepare_ms: 1, inference_ms: 1, postprocess_ms: 1 },
    };
    await this.#store.finish(id, this.#tokens.get(id)!, 'succeeded', outcome, steps);
  }

  async #keep({ id }: JobId, { bytes, mediaType, ...about }: MadeFile): Promise<StoredArtifact> {
    const blobKey = `artifact/${id}/${about.name}`;
    await this.#blobs.put(blobKey, bytes, id, 'released');
    const stored = { mediaType: mediaType ?? 'application/octet-stream', bytes: bytes.length, sha256: 'abc' };
    return { ...about, ...stored, blobKey, width: null, height: null };
  }

  /** The files of other jobs that a job refers to, as a worker would read them. */
  async attachments({ id }: Pick<Job, 'id'>): Promise<Record<string, string | undefined>> {
    const { attachments = {} } = (await this.#store.get(id))!.input;
    const files = Object.entries(attachments).map(
      async ([pointer, key]) => [pointer, (await this.#blobs.get(key))?.toString()] as const,
    );
    return Object.fromEntries(await Promise.all(files));
  }

  /** Whether a file is still kept for anybody. */
  async keeps(blobName: string): Promise<boolean> {
    const keys = await this.#redis.keys('*');
    return keys.some((key) => key.includes(blobName));
  }

  close(): void {
    this.#redis.disconnect();
  }
}
