import type { ModelState } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Logger } from '@darkroom/service-kit';
import { InferenceProcess, type InferenceProcessOptions } from './inference-process.js';

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
  #process: InferenceProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #state: ModelState = 'unloaded';
  #problem: string | null = null;
  #memoryBytes: number | null = null;
  #inUse = 0;

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

  get state(): ModelState {
    return this.#state;
  }

  get status() {
    return { id: this.id, state: this.#state, memory_bytes: this.#memoryBytes, problem: this.#problem };
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Gives a loaded process to `work`, starting one where there is none, and keeps it from being stopped as idle
   * meanwhile.
   * @throws ModelRejectedError | ProcessDiedError when it can't be loaded
   */
  async use<Value>(work: (process: InferenceProcess, device: string) => Promise<Value>): Promise<Value> {
    clearTimeout(this.#idleTimer);
    this.#inUse++;
    try {
      const process = this.#liveProcess();
      const { device } = await process.opened;
      return await work(process, device);
    } finally {
      this.#inUse--;
      if (this.#inUse === 0 && !this.#isPinned) this.#stopWhenIdle();
    }
  }

  /**
   * Opens the model once, to know what is wrong with it before it takes a job. A pinned one stays loaded.
   * @throws ModelRejectedError | ProcessDiedError
   */
  async check(): Promise<{ readonly device: string; readonly deviceReason: string }> {
    if (this.#isPinned) return this.use((process) => process.opened);
    const process = new InferenceProcess(this.model, this.#options, { warmUp: false });
    try {
      return await process.opened;
    } finally {
      await process.kill();
    }
  }

  reportMemory(memoryBytes: number): void {
    this.#memoryBytes = memoryBytes;
  }

  /** Stops the process, whatever it is doing. */
  async unload(why: 'idle' | 'stopping' | 'run_too_long'): Promise<void> {
    clearTimeout(this.#idleTimer);
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    this.#logger.info({ why, pid: process.pid }, 'model unloaded');
    this.#become('unloaded', null);
    await process.kill();
  }

  #stopWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.unload('idle'), this.#idleMs).unref();
  }

  #liveProcess(): InferenceProcess {
    if (this.#process && !this.#process.hasEnded) return this.#process;
    const process = new InferenceProcess(this.model, this.#options, { warmUp: true });
    const startedMs = performance.now();
    this.#process = process;
    this.#become('loading', null);
    process.opened.then(
      ({ device, deviceReason, memoryBytes }) => {
        if (this.#process !== process) return;
        this.#memoryBytes = memoryBytes;
        const loadMs = Math.round(performance.now() - startedMs);
        this.#logger.info({ device, deviceReason, memoryBytes, loadMs, pid: process.pid }, 'model ready');
        this.#become('ready', null);
      },
      (error: Error) => {
        if (this.#process !== process) return;
        this.#process = undefined;
        this.#logger.error({ err: error }, 'model could not be loaded');
        this.#become('failed', error.message);
        void process.kill();
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

  #become(state: ModelState, problem: string | null): void {
    this.#state = state;
    this.#problem = problem;
    if (state !== 'ready') this.#memoryBytes = null;
    this.#onStateChange();
  }
}
