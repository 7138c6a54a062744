import type { ModelState } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { isNvidiaGpu } from './gpu-memory.js';
import type { GpuMeter, MeteredModel } from './gpu-meter.js';
import { InferenceProcess, type InferenceProcessOptions, type RunResult } from './inference-process.js';
import { type MemoryBytes, NO_MEMORY, peakOfMemory } from './memory-bytes.js';
import { MeteredProcess, type OpenedProcess } from './metered-process.js';
import type { ModelEventListener, RestartCause, UnloadReason } from './model-events.js';
import { RunGate } from './run-gate.js';
import type { SharedEmbeddings } from './shared-embeddings.js';
import { UsualRun } from './usual-run.js';

/**
 * One model of this worker and the process that holds it.
 *
 *   unloaded ──process()──▶ loading ──opened──▶ ready ──idle──▶ unloaded
 *                              └──rejected, died──▶ failed ──process()──▶ loading
 *
 * A process that dies while ready leaves the model `unloaded`; the next job starts another.
 */
export class HostedModel implements MeteredModel {
  readonly model: LoadedManifest;
  readonly #options: InferenceProcessOptions;
  readonly #embeddings: SharedEmbeddings | null;
  readonly #gpu: GpuMeter | null;
  readonly #onEvent: ModelEventListener;
  readonly #onStateChange: () => void;
  readonly #idleMs: number;
  /** A run that takes longer is stopped. */
  readonly maxRunMs: number;
  /** A pinned model is never stopped for being idle. */
  readonly #isPinned: boolean;
  readonly #gate = new RunGate();
  readonly #usualRun = new UsualRun();
  #process: MeteredProcess | undefined;
  #isRestarting = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #state: ModelState = 'unloaded';
  #problem: string | null = null;
  /** What its process takes now; null: nothing is loaded. */
  #memory: MemoryBytes | null = null;
  /** Whether its process took a GPU whose memory is measured. */
  #isOnGpu = false;
  /** The most its process was seen to take; known from the check at start on. */
  #peakMemory = NO_MEMORY;
  #lastUsedMs = 0;
  #inUse = 0;
  #loadMs = 0;

  constructor(
    model: LoadedManifest,
    parts: {
      readonly options: InferenceProcessOptions;
      /** Null where the workers share none. */
      readonly embeddings: SharedEmbeddings | null;
      readonly idleMs: number;
      readonly maxRunMs: number;
      readonly isPinned: boolean;
      /** Null where graphs run on the CPU alone. */
      readonly gpu: GpuMeter | null;
      readonly onEvent: ModelEventListener;
      readonly onStateChange: () => void;
    },
  ) {
    this.model = model;
    this.#options = parts.options;
    this.#embeddings = parts.embeddings;
    this.#idleMs = parts.idleMs;
    this.maxRunMs = parts.maxRunMs;
    this.#isPinned = parts.isPinned;
    this.#gpu = parts.gpu;
    this.#onEvent = parts.onEvent;
    this.#onStateChange = parts.onStateChange;
  }

  get id(): string {
    return this.model.manifest.id;
  }

  get status() {
    return {
      id: this.id,
      state: this.#state,
      memory_bytes: this.#memory?.host ?? null,
      gpu_memory_bytes: this.#isOnGpu ? (this.#memory?.gpu ?? null) : null,
      problem: this.#problem,
    };
  }

  /**
   * Gives a loaded process to `work`, starting one where there is none, and keeps it from being stopped as idle
   * meanwhile.
   * @throws ModelRejectedError | ProcessDiedError when it can't be loaded
   */
  async use<Value>(
    { alone }: { readonly alone: boolean },
    work: (process: InferenceProcess, device: string) => Promise<Value>,
  ): Promise<Value> {
    clearTimeout(this.#idleTimer);
    this.#inUse++;
    const leave = await this.#gate.enter({ alone });
    try {
      const { process, device } = await this.#liveProcess(true).opened;
      return await work(process, device);
    } finally {
      leave();
      this.#inUse--;
      this.#lastUsedMs = Date.now();
      if (this.#inUse === 0 && !this.#isPinned) this.#stopWhenIdle();
    }
  }

  /** Has it loaded and warm, as a job has; that counts as use. @throws as {@link use} does */
  async load(): Promise<void> {
    await this.use({ alone: false }, async () => {});
  }

  /**
   * Opens the model once, to know what is wrong with it before it takes a job. A pinned one stays loaded.
   * @throws ModelRejectedError | ProcessDiedError
   */
  async check(): Promise<{ readonly device: string; readonly deviceReason: string }> {
    if (this.#isPinned) {
      await this.load();
      return this.#liveProcess(true).opened;
    }
    // What a model takes of a GPU shows only once its graphs have run.
    const process = this.#newProcess(this.#gpu !== null);
    try {
      const opened = await process.opened;
      this.#peakMemory = opened.memory;
      this.#loadMs = opened.openMs;
      return opened;
    } finally {
      await process.stop('checked');
    }
  }

  /** The most that its process was seen to take when loaded. */
  get memory(): MemoryBytes {
    return this.#peakMemory;
  }

  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  get isBusy(): boolean {
    return this.#inUse > 0;
  }

  get isPinned(): boolean {
    return this.#isPinned;
  }

  /** What another process would cost, in milliseconds: how long opening took last. */
  get loadMs(): number {
    return this.#loadMs;
  }

  rememberRun({ memoryBytes, timings }: RunResult): void {
    this.#sawMemory({ host: memoryBytes, gpu: this.#memory?.gpu ?? 0 });
    void this.#gpu?.look();
    this.#usualRun.remember(timings.inference_ms ?? 0);
  }

  /** How long its graph runs for a job usually take, in milliseconds; 0 before the first. */
  get usualRunMs(): number {
    return this.#usualRun.usualMs;
  }

  sawGpuBytes(bytes: number): void {
    if (this.#memory && this.#isOnGpu) this.#sawMemory({ host: this.#memory.host, gpu: bytes });
  }

  /** Ends a process whose run must not go on, and loads another, so that the next job finds the model ready. */
  async restart(process: InferenceProcess, cause: Exclude<RestartCause, 'died'>): Promise<void> {
    if (this.#process?.process !== process) return;
    this.#isRestarting = true;
    this.#onEvent(this.id, { kind: 'restarted', cause, ending: null, pid: process.pid });
    await this.#end(cause);
    // It was unloaded, or a job loads it, since the old process ended.
    const isWanted = this.#isRestarting && !this.#process;
    this.#isRestarting = false;
    if (!isWanted) return;
    // Not warmed up: that would keep the next job waiting as long as the run it replaces.
    await this.#liveProcess(false).opened.catch(() => {});
    if (this.#inUse === 0 && !this.#isPinned) this.#stopWhenIdle();
  }

  /** Stops the process, whatever it is doing. */
  async unload(reason: UnloadReason): Promise<void> {
    this.#isRestarting = false;
    if (!this.#process) return;
    this.#onEvent(this.id, { kind: 'unloaded', reason, pid: this.#process.process?.pid });
    await this.#end(reason);
  }

  /** @returns when its memory is given back, and the state says so */
  async #end(why: string): Promise<void> {
    clearTimeout(this.#idleTimer);
    const process = this.#process;
    this.#process = undefined;
    await process?.stop(why);
    // A job may have begun to load it again.
    if (!this.#process) this.#become('unloaded', null);
  }

  #stopWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.unload('idle'), this.#idleMs).unref();
  }

  #newProcess(warmUp: boolean): MeteredProcess {
    const parts = { warmUp, embeddings: this.#embeddings };
    const start = () => new InferenceProcess(this.model, this.#options, parts);
    return new MeteredProcess(this, start, this.#gpu);
  }

  /** @param warmUp only matters where a process is to be started */
  #liveProcess(warmUp: boolean): MeteredProcess {
    if (this.#process && !this.#process.hasEnded) return this.#process;
    const process = this.#newProcess(warmUp);
    this.#process = process;
    this.#become('loading', null);
    process.opened.then(
      (opened) => this.#process === process && this.#loaded(opened),
      (error: Error) => {
        if (this.#process !== process) return;
        this.#process = undefined;
        this.#onEvent(this.id, { kind: 'load_failed', problem: error.message, pid: process.process?.pid });
        this.#become('failed', error.message);
        void process.stop('could not be loaded');
      },
    );
    void process.ended.then((ending) => {
      // One that dies while it loads has failed to load, which is said where that is heard of.
      if (this.#process !== process || this.#state === 'loading') return;
      this.#process = undefined;
      this.#onEvent(this.id, { kind: 'restarted', cause: 'died', ending, pid: process.process?.pid });
      this.#become('unloaded', null);
    });
    return process;
  }

  #loaded({ process, device, deviceReason, memory, openMs }: OpenedProcess): void {
    this.#isOnGpu = this.#gpu !== null && isNvidiaGpu(device);
    this.#sawMemory(memory);
    this.#loadMs = openMs;
    this.#onEvent(this.id, {
      kind: 'loaded',
      loadMs: openMs,
      device,
      deviceReason,
      memory,
      pid: process.pid,
    });
    this.#become('ready', null);
  }

  #sawMemory(memory: MemoryBytes): void {
    this.#memory = memory;
    this.#peakMemory = peakOfMemory(this.#peakMemory, memory);
  }

  #become(state: ModelState, problem: string | null): void {
    this.#state = state;
    this.#problem = problem;
    if (state !== 'ready') this.#memory = null;
    this.#onStateChange();
  }
}
