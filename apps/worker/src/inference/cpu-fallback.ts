import type { LoadedModel } from './loaded-model.js';

/**
 * The model on the CPU, beside the device whose memory did not suffice for a job. It is opened at the first job that
 * needs it, kept for others like it, and closed when none came for a while.
 */
export class CpuFallback {
  readonly #open: () => Promise<LoadedModel>;
  readonly #idleMs: number;
  #model: Promise<LoadedModel> | undefined;
  #inUse = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(open: () => Promise<LoadedModel>, idleMs: number) {
    this.#open = open;
    this.#idleMs = idleMs;
  }

  /** @throws DarkroomError when the model can't be opened on the CPU; the next use tries again */
  async use<Value>(work: (model: LoadedModel) => Promise<Value>): Promise<Value> {
    clearTimeout(this.#idleTimer);
    this.#inUse++;
    try {
      this.#model ??= this.#open();
      const model = await this.#model.catch((error) => {
        this.#model = undefined;
        throw error;
      });
      return await work(model);
    } finally {
      this.#inUse--;
      if (this.#inUse === 0) this.#closeWhenIdle();
    }
  }

  #closeWhenIdle(): void {
    this.#idleTimer = setTimeout(() => {
      const model = this.#model;
      this.#model = undefined;
      void model?.then(({ close }) => close());
    }, this.#idleMs).unref();
  }
}
