import type { BlobStore } from '@darkroom/blob-store';
import { isEnded, type Worker as WorkerDescription } from '@darkroom/contracts';
import {
  DeliveryConsumer,
  type DeliveryQueues,
  HEARTBEAT_MS,
  type JobEvents,
  type JobStore,
  PARENTS_QUEUE,
  type RunTimes,
  type UsageCounters,
  type WorkerCommand,
  type WorkerCommands,
  type WorkerRegistry,
} from '@darkroom/jobs';
import type { Catalog, LoadedManifest } from '@darkroom/model-catalog';
import { familyNamed, summarizeModel } from '@darkroom/model-families';
import { type Logger, NAMESPACE, VERSION } from '@darkroom/service-kit';
import type { Redis } from 'ioredis';
import { countModelEvent } from './count-model-event.js';
import { isNvidiaGpu } from './gpu-memory.js';
import type { GpuMeter } from './gpu-meter.js';
import { HostedModel } from './hosted-model.js';
import type { InferenceProcessOptions } from './inference-process.js';
import { JobRunner } from './job-runner.js';
import { logModelEvent } from './log-model-event.js';
import { logQueueError } from './log-queue-error.js';
import type { MemoryBytes } from './memory-bytes.js';
import { ModelPlaces } from './model-places.js';
import { ModelRoster } from './model-roster.js';
import { ParentRunner } from './parents/parent-runner.js';
import { ServedModel } from './served-model.js';
import type { SharedEmbeddings } from './shared-embeddings.js';

/** What runs add to the memory in use is looked for so often, and after runs. */
const GPU_LOOK_EVERY_MS = 10_000;
/** Steps of parents that it takes at a time: each is a few round trips to Redis. */
const STEPS_AT_ONCE = 16;

/** What a worker is made of; made in `main.ts`, or by a test. */
export interface WorkerParts {
  readonly id: string;
  readonly host: string;
  /** A connection that waits for Redis; consumers duplicate it. */
  readonly redis: Redis;
  readonly store: JobStore;
  readonly deliveries: DeliveryQueues;
  readonly events: JobEvents;
  readonly runTimes: RunTimes;
  readonly usage: UsageCounters;
  readonly blobs: BlobStore;
  readonly registry: WorkerRegistry;
  readonly commands: WorkerCommands;
  /** A connection that hears commands and does nothing else. */
  readonly commandSubscriber: Redis;
  readonly catalog: Catalog;
  /** Null where the workers share none. */
  readonly embeddings: SharedEmbeddings | null;
  readonly processOptions: Omit<InferenceProcessOptions, 'threads'>;
  /** Threads of an inference process when there are so many models. */
  readonly threadsFor: (models: number) => number;
  readonly shutdownGraceMs: number;
  /** Memory that loaded models may take together. */
  readonly memoryBudget: MemoryBytes;
  /** Null where graphs run on the CPU alone, or on a GPU that doesn't tell. */
  readonly gpu: GpuMeter | null;
  readonly logger: Logger;
}

/** Serves the models of its catalog: pulls their queues, and that of parents, tells the registry how things stand. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #logger: Logger;
  readonly #places: ModelPlaces;
  readonly #roster: ModelRoster;
  readonly #parents: DeliveryConsumer;
  readonly #startedAt = new Date().toISOString();
  #device = 'unknown';
  #deviceReason = 'no model was opened yet';
  #timers: NodeJS.Timeout[] = [];
  #isChecked = false;
  #stopListening: (() => void)[] = [];

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#logger = parts.logger;
    this.#places = new ModelPlaces({ budget: parts.memoryBudget, logger: parts.logger });
    this.#roster = new ModelRoster({
      places: this.#places,
      host: (model, models) => this.#host(model, models),
      serve: (hosted) => this.#serve(hosted),
      onDevice: (device, reason) => {
        this.#device = device;
        this.#deviceReason = reason;
      },
      onChange: () => void this.heartbeat(),
      logger: parts.logger,
    });
    const steps = new ParentRunner(parts);
    this.#parents = new DeliveryConsumer(PARENTS_QUEUE, (jobId) => steps.handle(jobId), {
      redis: parts.redis,
      namespace: NAMESPACE,
      concurrency: STEPS_AT_ONCE,
      onError: (error) => logQueueError(error, parts.logger),
    });
  }

  /** Whether all models were checked and those that can be are served. */
  get isReady(): boolean {
    return this.#isChecked;
  }

  async start(): Promise<void> {
    const { id, events, catalog, commands, commandSubscriber, gpu } = this.#parts;
    const stopListening = events.onAll((change) => {
      // Whoever else ended the job (canceled, expired, done by another worker), nobody wants it from here any more.
      if (change === 'resync' || !isEnded(change.status)) return;
      for (const { runner } of this.#roster.running) runner.cancel(change.id);
    });
    this.#stopListening.push(stopListening);
    await this.#roster.follow(catalog);
    this.#isChecked = true;
    this.#parents.open();
    this.#places.start((error) => this.#logger.warn({ err: error }, 'memory could not be arbitrated'));
    const stopObeying = await commands.listen(
      commandSubscriber,
      id,
      (command) => this.#carryOut(command),
      (error) => this.#logger.warn({ err: error }, 'a command could not be carried out'),
    );
    this.#stopListening.push(stopObeying);
    this.#timers.push(setInterval(() => void this.heartbeat(), HEARTBEAT_MS));
    if (gpu) this.#timers.push(setInterval(() => void gpu.look(), GPU_LOOK_EVERY_MS));
    await this.heartbeat();
    const { served, leftOut } = this.#roster;
    const models = served.map(({ id }) => id);
    this.#logger.info({ models, rejected: leftOut.length, device: this.#device }, 'worker ready');
  }

  /** Serves the models of another catalog from now on. */
  async follow(catalog: Catalog): Promise<void> {
    await this.#roster.follow(catalog);
  }

  describe(): WorkerDescription {
    return {
      id: this.#parts.id,
      version: VERSION,
      host: this.#parts.host,
      pid: process.pid,
      device: this.#device,
      device_reason: this.#deviceReason,
      models: this.#roster.served.map(({ hosted }) => hosted.status),
      rejected_models: this.#roster.leftOut,
      memory_bytes: process.memoryUsage.rss(),
      memory_budget_bytes: this.#parts.memoryBudget.host,
      gpu: this.#describeGpu(),
      started_at: this.#startedAt,
      last_heartbeat_at: new Date().toISOString(),
    };
  }

  async heartbeat(): Promise<void> {
    if (!this.#isChecked) return;
    const summaries = this.#roster.served.map(({ summary }) => summary);
    await this.#parts.registry
      .heartbeat(this.describe(), summaries)
      .catch((error) => this.#logger.warn({ err: error }, 'heartbeat failed'));
  }

  /** Finishes what is running within the grace time, gives the rest back, and leaves. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const stopListening of this.#stopListening) stopListening();
    this.#roster.stop();
    const served = this.#roster.running;
    const arbitrated = this.#places.stop();
    await Promise.all([this.#parents.close(), ...served.map(({ consumer }) => consumer.pause())]);
    const giveBack = setTimeout(() => {
      for (const { runner } of served) runner.giveBackAll();
    }, this.#parts.shutdownGraceMs);
    await arbitrated;
    await Promise.all(served.map(({ consumer }) => consumer.close()));
    clearTimeout(giveBack);
    await Promise.all(served.map(({ hosted }) => hosted.unload('stopping')));
    await this.#parts.registry.leave(this.#parts.id).catch(() => {});
  }

  /** @returns false when this worker doesn't hold the model */
  async #carryOut({ kind, model }: WorkerCommand): Promise<boolean> {
    const served = this.#roster.find(model);
    if (!served) return false;
    this.#logger.info({ model, command: kind }, 'command heard');
    if (kind === 'unload') await this.#places.release(served);
    // Why it could not be loaded, its state says.
    else if (await this.#places.take(served)) await served.hosted.load().catch(() => {});
    await this.heartbeat();
    return true;
  }

  #describeGpu(): WorkerDescription['gpu'] {
    const memory = isNvidiaGpu(this.#device) ? this.#parts.gpu?.latest : null;
    if (!memory) return null;
    const { uuid, totalBytes, usedBytes } = memory;
    const budgetBytes = this.#parts.memoryBudget.gpu;
    return { uuid, total_bytes: totalBytes, used_bytes: usedBytes, budget_bytes: budgetBytes };
  }

  #host(model: LoadedManifest, models: number): HostedModel {
    const { manifest } = model;
    const { processOptions, threadsFor, embeddings, gpu, usage } = this.#parts;
    const logger = this.#logger.child({ model: manifest.id });
    return new HostedModel(model, {
      options: { ...processOptions, threads: threadsFor(models) },
      embeddings,
      idleMs: manifest.runtime.idle_seconds * 1000,
      maxRunMs: manifest.runtime.max_run_seconds * 1000,
      isPinned: manifest.runtime.preload,
      gpu,
      onEvent: (id, event) => {
        logModelEvent(event, logger);
        countModelEvent(id, event, usage).catch((error) => logger.debug({ err: error }, 'not counted'));
      },
      onStateChange: () => void this.heartbeat(),
    });
  }

  #serve(hosted: HostedModel): ServedModel {
    const { store, blobs, id, redis, runTimes, usage, deliveries } = this.#parts;
    const logger = this.#logger.child({ model: hosted.id });
    const counters = { runTimes, usage };
    const runner = new JobRunner({ store, blobs, hosted, workerId: id, logger, counters });
    const family = familyNamed(hosted.model.manifest.family)!;
    const summary = summarizeModel(family, hosted.model);
    return new ServedModel({ hosted, summary, runner, deliveries, redis, logger });
  }
}
