import type { ModelState } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Logger } from '@darkroom/service-kit';
import { InferenceProcess, type InferenceProcessOptions, type RunResult } from './inference-process.js';
import { RunGate } from './run-gate.js';

/**
 * One model of this worker and the process that holds it.
 *
 *   unloaded ──process()──▶ loading ──opened──▶ ready ──idle──▶ unloaded
 *                              └──rejected, died──▶ failed ──process()──▶ loading
 *
 * A process that dies while ready leaves the model `unloaded`; the next job starts another.
 */
export class HostedModel {
  readonly model: LoadedManifest;
  readonly #options: InferenceProcessOptions;
  readonly #logger: Logger;
  readonly #onStateChange: () => void;
  readonly #idleMs: number;
  /** A run that takes longer is stopped. */
  readonly maxRunMs: number;
  /** A pinned model is never stopped for being idle. */
  readonly #isPinned: boolean;
  readonly #gate = new RunGate();
  #process: InferenceProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #state: ModelState = 'unloaded';
  #problem: string | null = null;
  #memoryBytes: number | null = null;
  /** The most its process was seen to take; known from the check at start on. */
  #peakBytes = 0;
  #lastUsedMs = 0;
  #inUse = 0;
  #loadMs = 0;
  #usualInferenceMs: number | null = null;

  constructor(
    model: LoadedManifest,
    parts: {
      readonly options: InferenceProcessOptions;
      readonly idleMs: number;
      readonly maxRunMs: number;
      readonly isPinned: boolean;
      readonly logger: Logger;
      readonly onStateChange: () => void;
    },
  ) {
    this.model = model;
    this.#options = parts.options;
    this.#idleMs = parts.idleMs;
    this.maxRunMs = parts.maxRunMs;
    this.#isPinned = parts.isPinned;
    this.#logger = parts.logger.child({ model: model.manifest.id });
    this.#onStateChange = parts.onStateChange;
  }

  get id(): string {
    return this.model.manifest.id;
  }

  get status() {
    return { id: this.id, state: this.#state, memory_bytes: this.#memoryBytes, problem: this.#problem };
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
      const process = this.#liveProcess(true);
      const { device } = await process.opened;
      return await work(process, device);
    } finally {
      leave();
      this.#inUse--;
      this.#lastUsedMs = Date.now();
      if (this.#inUse === 0 && !this.#isPinned) this.#stopWhenIdle();
    }
  }

  /**
   * Opens the model once, to know what is wrong with it before it takes a job. A pinned one stays loaded.
   * @throws ModelRejectedError | ProcessDiedError
   */
  async check(): Promise<{ readonly device: string; readonly deviceReason: string }> {
    if (this.#isPinned) return this.use({ alone: false }, (process) => process.opened);
    const process = new InferenceProcess(this.model, this.#options, { warmUp: false });
    try {
      const opened = await process.opened;
      this.#peakBytes = opened.memoryBytes;
      this.#loadMs = opened.openMs;
      return opened;
    } finally {
      await process.stop('checked');
    }
  }

  /** Memory of its process when loaded, as measured. */
  get bytes(): number {
    return this.#peakBytes;
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
    this.#sawMemory(memoryBytes);
    const inferenceMs = timings.inference_ms ?? 0;
    this.#usualInferenceMs =
      this.#usualInferenceMs === null ? inferenceMs : this.#usualInferenceMs * 0.8 + inferenceMs * 0.2;
  }

  /** What a run likely has left; one that is past the usual time, or the first, as much as it took so far. */
  expectedRemainingMs(elapsedMs: number): number {
    const usualMs = this.#usualInferenceMs ?? 0;
    return elapsedMs < usualMs ? usualMs - elapsedMs : elapsedMs;
  }

  /** Ends a process whose run must not go on, and loads another, so that the next job finds the model ready. */
  async restart(process: InferenceProcess, why: 'canceled' | 'run_too_long'): Promise<void> {
    if (this.#process !== process) return;
    await this.unload(why);
    // Not warmed up: that would keep the next job waiting as long as the run it replaces.
    await this.#liveProcess(false).opened.catch(() => {});
    if (this.#inUse === 0 && !this.#isPinned) this.#stopWhenIdle();
  }

  /** Stops the process, whatever it is doing. */
  async unload(why: 'idle' | 'stopping' | 'canceled' | 'run_too_long' | 'evicted'): Promise<void> {
    clearTimeout(this.#idleTimer);
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    this.#logger.info({ why, pid: process.pid }, 'model unloaded');
    this.#become('unloaded', null);
    await process.stop(why);
  }

  #stopWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.unload('idle'), this.#idleMs).unref();
  }

  /** @param warmUp only matters where a process is to be started */
  #liveProcess(warmUp: boolean): InferenceProcess {
    if (this.#process && !this.#process.hasEnded) return this.#process;
    const process = new InferenceProcess(this.model, this.#options, { warmUp });
    this.#process = process;
    this.#become('loading', null);
    process.opened.then(
      ({ device, deviceReason, memoryBytes, openMs }) => {
        if (this.#process !== process) return;
        this.#sawMemory(memoryBytes);
        this.#loadMs = openMs;
        this.#logger.info({ device, deviceReason, memoryBytes, openMs, pid: process.pid }, 'model ready');
        this.#become('ready', null);
      },
      (error: Error) => {
        if (this.#process !== process) return;
        this.#process = undefined;
        this.#logger.error({ err: error }, 'model could not be loaded');
        this.#become('failed', error.message);
        void process.stop('could not be loaded');
      },
    );
    void process.ended.then((ending) => {
      if (this.#process !== process) return;
      this.#process = undefined;
      this.#logger.error({ ending, pid: process.pid }, 'inference process died');
      this.#become('unloaded', null);
    });
    return process;
  }

  #sawMemory(memoryBytes: number): void {
    this.#memoryBytes = memoryBytes;
    this.#peakBytes = Math.max(this.#peakBytes, memoryBytes);
  }

  #become(state: ModelState, problem: string | null): void {
    this.#state = state;
    this.#problem = problem;
    if (state !== 'ready') this.#memoryBytes = null;
    this.#onStateChange();
  }
}
