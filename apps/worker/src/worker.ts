import type { BlobStore } from '@darkroom/blob-store';
import { isEnded, type Worker as WorkerDescription } from '@darkroom/contracts';
import {
  type DeliveryQueues,
  HEARTBEAT_MS,
  type JobEvents,
  type JobStore,
  type RunTimes,
  type UsageCounters,
  type WorkerCommand,
  type WorkerCommands,
  type WorkerRegistry,
} from '@darkroom/jobs';
import type { Catalog, LoadedManifest } from '@darkroom/model-catalog';
import { familyNamed, summarizeModel } from '@darkroom/model-families';
import { type Logger, VERSION } from '@darkroom/service-kit';
import type { Redis } from 'ioredis';
import { countModelEvent } from './count-model-event.js';
import { isNvidiaGpu } from './gpu-memory.js';
import type { GpuMeter } from './gpu-meter.js';
import { HostedModel } from './hosted-model.js';
import { type InferenceProcessOptions, ModelRejectedError, ProcessDiedError } from './inference-process.js';
import { JobRunner } from './job-runner.js';
import { LeftOutModels, type ModelFault } from './left-out-models.js';
import { logModelEvent } from './log-model-event.js';
import type { MemoryBytes } from './memory-bytes.js';
import { ModelPlaces } from './model-places.js';
import { ServedModel } from './served-model.js';

/** What runs add to the memory in use is looked for so often, and after runs. */
const GPU_LOOK_EVERY_MS = 10_000;

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
  readonly processOptions: InferenceProcessOptions;
  readonly shutdownGraceMs: number;
  /** Memory that loaded models may take together. */
  readonly memoryBudget: MemoryBytes;
  /** Null where graphs run on the CPU alone, or on a GPU that doesn't tell. */
  readonly gpu: GpuMeter | null;
  readonly logger: Logger;
}

/** Serves the models of its catalog: checks each, pulls its queue, tells the registry how things stand. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #logger: Logger;
  readonly #served = new Map<string, ServedModel>();
  readonly #leftOut: LeftOutModels;
  readonly #places: ModelPlaces;
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
    this.#leftOut = new LeftOutModels({ logger: parts.logger, onChange: () => void this.heartbeat() });
    for (const { folder, problems } of parts.catalog.rejected)
      this.#leftOut.add(folder, { problems, mayPass: false });
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
      for (const { runner } of this.#served.values()) runner.cancel(change.id);
    });
    this.#stopListening.push(stopListening);
    for (const model of catalog.models) await this.#checkAndServe(model);
    this.#isChecked = true;
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
    const models = [...this.#served.keys()];
    this.#logger.info({ models, rejected: this.#leftOut.list.length, device: this.#device }, 'worker ready');
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
      rejected_models: this.#leftOut.list,
      memory_bytes: process.memoryUsage.rss(),
      memory_budget_bytes: this.#parts.memoryBudget.host,
      gpu: this.#describeGpu(),
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
    for (const timer of this.#timers) clearInterval(timer);
    for (const stopListening of this.#stopListening) stopListening();
    this.#leftOut.stop();
    const served = [...this.#served.values()];
    const arbitrated = this.#places.stop();
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

  /** @returns false when this worker doesn't hold the model */
  async #carryOut({ kind, model }: WorkerCommand): Promise<boolean> {
    const served = this.#served.get(model);
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

  async #checkAndServe(model: LoadedManifest): Promise<void> {
    const { manifest, folder } = model;
    const { processOptions, gpu, usage } = this.#parts;
    const logger = this.#logger.child({ model: manifest.id });
    const hosted = new HostedModel(model, {
      options: processOptions,
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
    const check = () => this.#check(hosted);
    const fault = await check();
    if (fault) this.#leftOut.add(folder, fault, check);
  }

  /** Serves the model from now on if nothing is wrong with it. @returns what is */
  async #check(hosted: HostedModel): Promise<ModelFault | null> {
    try {
      const { device, deviceReason } = await hosted.check();
      this.#device = device;
      this.#deviceReason = deviceReason;
      this.#serve(hosted);
      return null;
    } catch (error) {
      const mayPass =
        error instanceof ProcessDiedError || (error instanceof ModelRejectedError && error.mayPass);
      return { problems: [(error as Error).message], mayPass };
    }
  }

  #serve(hosted: HostedModel): void {
    const { store, blobs, id, redis, runTimes, usage, deliveries } = this.#parts;
    const logger = this.#logger.child({ model: hosted.id });
    const counters = { runTimes, usage };
    const runner = new JobRunner({ store, blobs, hosted, workerId: id, logger, counters });
    const family = familyNamed(hosted.model.manifest.family)!;
    const summary = summarizeModel(family, hosted.model);
    const served = new ServedModel({ hosted, summary, runner, deliveries, redis, logger });
    this.#served.set(hosted.id, served);
    this.#places.add(served);
  }
}
