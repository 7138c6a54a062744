import { isNvidiaGpu } from './gpu-memory.js';
import type { GpuMeter, MeteredModel } from './gpu-meter.js';
import { type InferenceProcess, ProcessStoppedError } from './inference-process.js';
import type { MemoryBytes } from './memory-bytes.js';

/** A process that has its model open, and what that took. */
export interface OpenedProcess {
  readonly process: InferenceProcess;
  readonly device: string;
  readonly deviceReason: string;
  /** From the start of the process until its graphs were open; warming up not counted. */
  readonly openMs: number;
  /** `gpu` is 0 where it could not be measured. */
  readonly memory: MemoryBytes;
}

/**
 * An inference process from the wish for it to its end. Where graphs run on a GPU it is started when no other is
 * being loaded, so that what it takes there can be measured.
 */
export class MeteredProcess {
  readonly opened: Promise<OpenedProcess>;
  /** How it ended; also when it was stopped before it was started. */
  readonly ended: Promise<string>;
  readonly #end: (ending: string) => void;
  #process: InferenceProcess | undefined;
  #hasEnded = false;
  #stoppedFor: string | null = null;

  /** @param gpu null where graphs run on the CPU alone */
  constructor(owner: MeteredModel, start: () => InferenceProcess, gpu: GpuMeter | null) {
    let resolveEnded: (ending: string) => void = () => {};
    this.ended = new Promise((resolve) => {
      resolveEnded = resolve;
    });
    this.#end = (ending) => {
      this.#hasEnded = true;
      gpu?.gone(owner);
      resolveEnded(ending);
    };
    this.opened = gpu ? this.#openInTurn(owner, start, gpu) : this.#open(start);
    // Whoever waits for it hears of the failure; nobody waiting is no reason to end the worker.
    this.opened.catch(() => {});
  }

  /** Undefined until it is started. */
  get process(): InferenceProcess | undefined {
    return this.#process;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends it, whatever it is doing. */
  async stop(why: string): Promise<void> {
    this.#stoppedFor = why;
    if (this.#process) await this.#process.stop(why);
    else this.#end(why);
  }

  async #openInTurn(
    owner: MeteredModel,
    start: () => InferenceProcess,
    gpu: GpuMeter,
  ): Promise<OpenedProcess> {
    const { loaded, addedBytes } = await gpu.load(owner, () => this.#open(start));
    const gpuBytes = isNvidiaGpu(loaded.device) ? (addedBytes ?? 0) : 0;
    return { ...loaded, memory: { ...loaded.memory, gpu: gpuBytes } };
  }

  async #open(start: () => InferenceProcess): Promise<OpenedProcess> {
    if (this.#stoppedFor !== null) throw new ProcessStoppedError(this.#stoppedFor);
    const process = start();
    this.#process = process;
    void process.ended.then(this.#end);
    const { device, deviceReason, openMs, memoryBytes } = await process.opened;
    return { process, device, deviceReason, openMs, memory: { host: memoryBytes, gpu: 0 } };
  }
}
