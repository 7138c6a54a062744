import type { BlobStore } from '@darkroom/blob-store';
import type { ModelSummary, Worker as WorkerDescription } from '@darkroom/contracts';
import {
  DeliveryConsumer,
  type DeliveryQueues,
  HEARTBEAT_MS,
  type JobEvents,
  type JobStore,
  type WorkerRegistry,
} from '@darkroom/jobs';
import type { Catalog } from '@darkroom/model-catalog';
import { familyNamed, summarizeModel } from '@darkroom/model-families';
import { type Logger, NAMESPACE, VERSION } from '@darkroom/service-kit';
import type { Redis } from 'ioredis';
import { HostedModel } from './hosted-model.js';
import type { InferenceProcessOptions } from './inference-process.js';
import { JobRunner } from './job-runner.js';
import { logQueueError } from './log-queue-error.js';
import { ModelPlaces, type PlacedModel } from './model-places.js';

/** A model keeps its place in memory for so many times what loading it takes, within bounds. */
const STAY_PER_LOAD = 10;
const STAY_MIN_MS = 2_000;
const STAY_MAX_MS = 30_000;

/** What a worker is made of; made in `main.ts`, or by a test. */
export interface WorkerParts {
  readonly id: string;
  readonly host: string;
  /** A connection that waits for Redis; consumers duplicate it. */
  readonly redis: Redis;
  readonly store: JobStore;
  readonly deliveries: DeliveryQueues;
  readonly events: JobEvents;
  readonly blobs: BlobStore;
  readonly registry: WorkerRegistry;
  readonly catalog: Catalog;
  readonly processOptions: InferenceProcessOptions;
  readonly shutdownGraceMs: number;
  /** Memory that loaded models may take together. */
  readonly memoryBudgetBytes: number;
  readonly logger: Logger;
}

/** One model being served: the process that holds it, the runner of its jobs, the consumer of its queue. */
interface Served {
  readonly hosted: HostedModel;
  readonly summary: ModelSummary;
  readonly runner: JobRunner;
  readonly consumer: DeliveryConsumer;
}

/** Serves the models of its catalog: checks each, pulls its queue, tells the registry how things stand. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #logger: Logger;
  readonly #served = new Map<string, Served>();
  readonly #rejected: { folder: string; problems: string[] }[];
  readonly #startedAt = new Date().toISOString();
  #device = 'unknown';
  #deviceReason = 'no model was opened yet';
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #isChecked = false;
  #places: ModelPlaces | undefined;
  #stopListening: () => void = () => {};

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#logger = parts.logger;
    this.#rejected = parts.catalog.rejected.map(({ folder, problems }) => ({
      folder,
      problems: [...problems],
    }));
  }

  /** Whether all models were checked and those that can be are served. */
  get isReady(): boolean {
    return this.#isChecked;
  }

  async start(): Promise<void> {
    const { events, catalog } = this.#parts;
    this.#stopListening = events.onAll((change) => {
      if (change === 'resync' || change.status !== 'canceled') return;
      for (const { runner } of this.#served.values()) runner.cancel(change.id);
    });
    for (const { folder, problems } of this.#rejected)
      this.#logger.error({ folder, problems }, 'model left out');
    for (const model of catalog.models) await this.#checkAndServe(model);
    this.#isChecked = true;
    this.#places = this.#arrangePlaces();
    this.#places.start((error) => this.#logger.warn({ err: error }, 'memory could not be arbitrated'));
    this.#heartbeatTimer = setInterval(() => void this.heartbeat(), HEARTBEAT_MS);
    await this.heartbeat();
    const models = [...this.#served.keys()];
    this.#logger.info({ models, rejected: this.#rejected.length, device: this.#device }, 'worker ready');
  }

  describe(): WorkerDescription {
    return {
      id: this.#parts.id,
      version: VERSION,
      host: this.#parts.host,
      pid: process.pid,
      device: this.#device,
      device_reason: this.#deviceReason,
      models: [...this.#served.values()].map(({ hosted }) => hosted.status),
      rejected_models: this.#rejected,
      memory_bytes: process.memoryUsage.rss(),
      started_at: this.#startedAt,
      last_heartbeat_at: new Date().toISOString(),
    };
  }

  async heartbeat(): Promise<void> {
    if (!this.#isChecked) return;
    const summaries = [...this.#served.values()].map(({ summary }) => summary);
    await this.#parts.registry
      .heartbeat(this.describe(), summaries)
      .catch((error) => this.#logger.warn({ err: error }, 'heartbeat failed'));
  }

  /** Finishes what is running within the grace time, gives the rest back, and leaves. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeatTimer);
    this.#stopListening();
    const served = [...this.#served.values()];
    const arbitrated = this.#places?.stop();
    await Promise.all(served.map(({ consumer }) => consumer.pause()));
    const giveBack = setTimeout(() => {
      for (const { runner } of served) runner.giveBackAll();
    }, this.#parts.shutdownGraceMs);
    await arbitrated;
    await Promise.all(served.map(({ consumer }) => consumer.close()));
    clearTimeout(giveBack);
    await Promise.all(served.map(({ hosted }) => hosted.unload('stopping')));
    await this.#parts.registry.leave(this.#parts.id).catch(() => {});
  }

  async #checkAndServe(model: Catalog['models'][number]): Promise<void> {
    const { manifest, folder } = model;
    const family = familyNamed(manifest.family)!;
    const hosted = new HostedModel(model, {
      options: this.#parts.processOptions,
      idleMs: manifest.runtime.idle_seconds * 1000,
      maxRunMs: manifest.runtime.max_run_seconds * 1000,
      isPinned: manifest.runtime.preload,
      logger: this.#logger,
      onStateChange: () => void this.heartbeat(),
    });
    try {
      const opened = await hosted.check();
      this.#device = opened.device;
      this.#deviceReason = opened.deviceReason;
    } catch (error) {
      const problems = [(error as Error).message];
      this.#rejected.push({ folder, problems });
      this.#logger.error({ folder, problems }, 'model left out');
      return;
    }
    this.#serve(hosted, summarizeModel(family, model));
  }

  #serve(hosted: HostedModel, summary: ModelSummary): void {
    const { store, blobs, id, redis } = this.#parts;
    const logger = this.#logger.child({ model: hosted.id });
    const runner = new JobRunner({ store, blobs, hosted, workerId: id, logger });
    const consumer = new DeliveryConsumer(hosted.id, (jobId) => runner.handle(jobId), {
      redis,
      namespace: NAMESPACE,
      // One batch, and one more whose picture is decoded meanwhile: a worker hoards nothing an idle one could take.
      concurrency: hosted.model.manifest.batching.max_batch + 1,
      onError: (error) => logQueueError(error, logger),
    });
    this.#served.set(hosted.id, { hosted, summary, runner, consumer });
  }

  #arrangePlaces(): ModelPlaces {
    const { deliveries, memoryBudgetBytes } = this.#parts;
    const models = [...this.#served.values()].map(
      ({ hosted, consumer }): PlacedModel => ({
        id: hosted.id,
        get bytes() {
          return hosted.bytes;
        },
        isPinned: hosted.isPinned,
        get stayMs() {
          return Math.min(STAY_MAX_MS, Math.max(STAY_MIN_MS, hosted.loadMs * STAY_PER_LOAD));
        },
        get isBusy() {
          return hosted.isBusy;
        },
        get lastUsedMs() {
          return hosted.lastUsedMs;
        },
        depth: () => deliveries.depth(hosted.id),
        open: () => consumer.open(),
        async close() {
          await consumer.finish();
          await hosted.unload('evicted');
        },
      }),
    );
    return new ModelPlaces(models, { budgetBytes: memoryBudgetBytes, logger: this.#logger });
  }
}
