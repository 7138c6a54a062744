import type { GpuMemory, ReadGpuMemory } from './gpu-memory.js';

/** Something that has a process on the GPU, and may run in it. */
export interface MeteredModel {
  readonly isBusy: boolean;
  readonly lastUsedMs: number;
  /** Told what its process takes, when that is certain because no other is there. */
  sawGpuBytes(bytes: number): void;
}

/** Readings are a process each; what runs add to a model's memory stays there, so that later is soon enough. */
const LOOK_EVERY_MS = 2_000;

/**
 * Measures what each model takes of one GPU. ONNX Runtime's binding doesn't tell, so the GPU itself is asked before a
 * load and after it, and loads go one after the other; a difference then belongs to one model. What runs add is seen
 * while a model is the only one there.
 */
export class GpuMeter {
  readonly #read: ReadGpuMemory;
  readonly #now: () => number;
  readonly #present = new Set<MeteredModel>();
  /** Used by others when nothing of this worker was there. */
  #othersBytes: number | null = null;
  #latest: GpuMemory | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #lastLoad: Promise<unknown> = Promise.resolve();

  constructor(read: ReadGpuMemory, now: () => number = Date.now) {
    this.#read = read;
    this.#now = now;
  }

  /** As it was last seen. */
  get latest(): GpuMemory | null {
    return this.#latest;
  }

  /**
   * Loads a model when no other is being loaded.
   * @returns what `load` does, and how much that added; null when it can't be known
   */
  load<Loaded>(
    model: MeteredModel,
    load: () => Promise<Loaded>,
  ): Promise<{ readonly loaded: Loaded; readonly addedBytes: number | null }> {
    const turn = this.#lastLoad.then(() => this.#measure(model, load));
    this.#lastLoad = turn.catch(() => {});
    return turn;
  }

  /** Its process is gone. */
  gone(model: MeteredModel): void {
    this.#present.delete(model);
  }

  /** Sees what the GPU holds now, and tells a model that is alone there; not more often than is of use. */
  async look(): Promise<void> {
    if (this.#now() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = this.#now();
    const before = this.#onlyPresent();
    const reading = await this.#readNow();
    // Another may have come while the GPU was asked.
    const only = this.#onlyPresent();
    if (reading === null || only === null || only !== before || this.#othersBytes === null) return;
    only.sawGpuBytes(Math.max(0, reading.usedBytes - this.#othersBytes));
  }

  async #measure<Loaded>(model: MeteredModel, load: () => Promise<Loaded>) {
    const startedAtMs = this.#now();
    const neighbours = [...this.#present].filter((present) => present !== model);
    const before = await this.#readNow();
    if (neighbours.length === 0 && before !== null) this.#othersBytes = before.usedBytes;
    this.#present.add(model);
    try {
      const loaded = await load();
      const after = await this.#readNow();
      // What runs of another model added meanwhile would be taken for this one's.
      const isCertain = neighbours.every(({ isBusy, lastUsedMs }) => !isBusy && lastUsedMs < startedAtMs);
      const addedBytes =
        before && after && isCertain ? Math.max(0, after.usedBytes - before.usedBytes) : null;
      return { loaded, addedBytes };
    } catch (error) {
      this.gone(model);
      throw error;
    }
  }

  async #readNow(): Promise<GpuMemory | null> {
    const reading = await this.#read();
    if (reading !== null) this.#latest = reading;
    return reading;
  }

  #onlyPresent(): MeteredModel | null {
    const [only, ...others] = this.#present;
    return only !== undefined && others.length === 0 ? only : null;
  }
}
