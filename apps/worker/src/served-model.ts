import type { ModelSummary } from '@darkroom/contracts';
import { DeliveryConsumer, type DeliveryQueues, modelQueue } from '@darkroom/jobs';
import { type Logger, NAMESPACE } from '@darkroom/service-kit';
import type { Redis } from 'ioredis';
import type { HostedModel } from './hosted-model.js';
import type { JobRunner } from './job-runner.js';
import { logQueueError } from './log-queue-error.js';
import type { MemoryBytes } from './memory-bytes.js';
import type { ClosingReason, PlacedModel } from './model-places.js';

/** A model keeps its place in memory for so many times what loading it takes, within bounds. */
const STAY_PER_LOAD = 10;
const STAY_MIN_MS = 2_000;
const STAY_MAX_MS = 30_000;

/** One model being served: the process that holds it, the runner of its jobs, the consumer of its queue. */
export class ServedModel implements PlacedModel {
  readonly hosted: HostedModel;
  readonly summary: ModelSummary;
  readonly runner: JobRunner;
  readonly consumer: DeliveryConsumer;
  readonly #deliveries: DeliveryQueues;

  /** @param parts.redis a connection that waits for Redis; the consumer duplicates it */
  constructor(parts: {
    readonly hosted: HostedModel;
    readonly summary: ModelSummary;
    readonly runner: JobRunner;
    readonly deliveries: DeliveryQueues;
    readonly redis: Redis;
    readonly logger: Logger;
  }) {
    const { hosted, summary, runner, deliveries, redis, logger } = parts;
    this.hosted = hosted;
    this.summary = summary;
    this.runner = runner;
    this.#deliveries = deliveries;
    this.consumer = new DeliveryConsumer(modelQueue(hosted.id), (jobId) => runner.handle(jobId), {
      redis,
      namespace: NAMESPACE,
      // One batch, and one more whose picture is decoded meanwhile: a worker hoards nothing an idle one could take.
      concurrency: hosted.model.manifest.batching.max_batch + 1,
      onError: (error) => logQueueError(error, logger),
    });
  }

  get id(): string {
    return this.hosted.id;
  }

  get memory(): MemoryBytes {
    return this.hosted.memory;
  }

  get isPinned(): boolean {
    return this.hosted.isPinned;
  }

  get stayMs(): number {
    return Math.min(STAY_MAX_MS, Math.max(STAY_MIN_MS, this.hosted.loadMs * STAY_PER_LOAD));
  }

  get isBusy(): boolean {
    return this.hosted.isBusy;
  }

  get lastUsedMs(): number {
    return this.hosted.lastUsedMs;
  }

  depth(): Promise<number> {
    return this.#deliveries.depth(modelQueue(this.id));
  }

  open(): void {
    this.consumer.open();
  }

  async close(reason: ClosingReason): Promise<void> {
    await this.consumer.finish();
    await this.hosted.unload(reason);
  }

  /** Takes no more jobs for ever; what is in hand ends first. */
  async retire(): Promise<void> {
    await this.consumer.close();
    await this.hosted.unload('removed');
  }
}
