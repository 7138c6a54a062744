import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisBlobStore } from '@darkroom/blob-store';
import {
  type ArtifactRole,
  AutomaticOptionsSchema,
  type Job,
  MASK_FORMATS,
  MASK_OUTPUTS,
  type ModelSummary,
  PICTURE_FORMATS,
  PromptsFieldsSchema,
  type TaskResult,
  type Worker,
} from '@darkroom/contracts';
import { JobStore, NO_OUTCOME, type StoredArtifact, WorkerRegistry } from '@darkroom/jobs';
import { NAMESPACE } from '@darkroom/service-kit';
import { Redis } from 'ioredis';
import { Type } from 'typebox';
import type { RunningService } from './start-service.js';

export const PROMPTABLE = 'promptable';

const AUTOMATIC_DEFAULTS = {
  points_per_side: 32,
  points_per_batch: 64,
  pred_iou_thresh: 0.88,
  stability_score_thresh: 0.95,
  stability_score_offset: 1,
  box_nms_thresh: 0.7,
  crop_n_layers: 0,
  crop_overlap_ratio: 512 / 1500,
  crop_n_points_downscale_factor: 1,
  min_mask_region_area: 0,
  max_masks: 1000,
} as const;

const automatic = Object.entries(AutomaticOptionsSchema.properties).map(([name, schema]) => [
  name,
  Type.Optional(
    Type.Unsafe({ ...schema, default: AUTOMATIC_DEFAULTS[name as keyof typeof AUTOMATIC_DEFAULTS] }),
  ),
]);

const MODEL: ModelSummary = {
  id: PROMPTABLE,
  task: 'segmentation',
  family: 'any',
  version: '3f9c1a20',
  demo: true,
  description: 'Takes prompts.',
  license: 'Apache-2.0',
  source: null,
  labels: [],
  capabilities: ['prompts', 'box_prompts', 'mask_prompts', 'everything', 'embedding'],
  options: Type.Object({
    mode: Type.Enum(['prompts', 'everything', 'embedding'], { default: 'everything' }),
    prompts: PromptsFieldsSchema,
    multimask: Type.Boolean({ default: false }),
    automatic: Type.Object(Object.fromEntries(automatic), { additionalProperties: false, default: {} }),
    mask_format: Type.Enum([...MASK_FORMATS], { default: 'rle' }),
    polygon_tolerance: Type.Number({ default: 1 }),
    outputs: Type.Array(Type.Enum([...MASK_OUTPUTS]), { default: [] }),
    output_format: Type.Enum([...PICTURE_FORMATS], { default: 'jpeg' }),
  }),
  input_size: { width: null, height: null },
};

/** Takes prompts only as points. */
export const POINTS_ONLY = 'points-only';
const POINTS_ONLY_MODEL: ModelSummary = {
  ...MODEL,
  id: POINTS_ONLY,
  capabilities: ['prompts', 'everything', 'embedding'],
};

/** What a job made, for the test to end it with. */
export interface MadeFile {
  readonly name: string;
  readonly role: ArtifactRole;
  readonly index: number | null;
  readonly bytes: Buffer;
}

/**
 * Models that take prompts, as the api sees them: a worker registered them and left. Their jobs wait until the test
 * ends them, so that what the api makes of requests and of results is tested without any network.
 */
export class PromptableModels {
  readonly #redis: Redis;
  readonly #store: JobStore;
  readonly #blobs: RedisBlobStore;

  private constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl);
    this.#store = new JobStore(this.#redis, NAMESPACE);
    this.#blobs = new RedisBlobStore(this.#redis, NAMESPACE);
  }

  /** @returns when the api knows them */
  static async open(service: RunningService): Promise<PromptableModels> {
    const models = new PromptableModels(service.redis.url);
    await models.#register();
    while ((await service.fetch(`/v1/models/${PROMPTABLE}`)).status !== 200) await sleep(50);
    return models;
  }

  async #register(): Promise<void> {
    const registry = new WorkerRegistry(this.#redis, NAMESPACE);
    const worker = { id: 'gone', models: [] as Worker['models'] } as Worker;
    await registry.heartbeat(worker, [MODEL, POINTS_ONLY_MODEL]);
    await registry.leave(worker.id);
  }

  /** Ends a job as a worker would. */
  async succeed(
    { id }: Pick<Job, 'id'>,
    result: TaskResult,
    files: readonly MadeFile[] = [],
    embedding: 'computed' | 'cached' = 'computed',
  ): Promise<void> {
    const token = randomUUID();
    await this.#store.start(id, token);
    const resultBlobKey = `result/${id}`;
    await this.#blobs.put(resultBlobKey, Buffer.from(JSON.stringify(result)), id, 'released');
    const artifacts: StoredArtifact[] = [];
    for (const { bytes, ...about } of files) {
      const blobKey = `artifact/${id}/${about.name}`;
      await this.#blobs.put(blobKey, bytes, id, 'released');
      const stored = { mediaType: 'application/octet-stream', bytes: bytes.length, sha256: 'abc' };
      artifacts.push({ ...about, ...stored, blobKey, width: null, height: null });
    }
    await this.#store.finish(id, token, 'succeeded', {
      ...NO_OUTCOME,
      modelVersion: MODEL.version,
      resultBlobKey,
      artifacts,
      execution: { worker: 'gone', device: 'cpu', batch_size: 1, embedding },
      timings: { decode_ms: 1, prepare_ms: 1, inference_ms: 1, postprocess_ms: 1 },
    });
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
