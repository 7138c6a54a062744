import type { Logger } from '@darkroom/service-kit';

/** A model as the memory budget sees it. */
export interface PlacedModel {
  readonly id: string;
  /** Memory of its process when loaded, as measured. */
  readonly bytes: number;
  /** Keeps its place whoever else wants it. */
  readonly isPinned: boolean;
  /** Once it has its place it keeps it for so long, so that two models don't evict each other at every job. */
  readonly stayMs: number;
  readonly isBusy: boolean;
  readonly lastUsedMs: number;
  /** Jobs that wait in its queue. */
  depth(): Promise<number>;
  /** Begins to pull its queue. */
  open(): void;
  /** Stops pulling, lets what is in hand end, and gives the memory back. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 250;
/** A model that has nothing to do gives way sooner, but not at once: its next job may be on its way. */
const IDLE_STAY_SHARE = 0.2;

/**
 * Who may be in memory. A model's queue is pulled only while the model has its place in the budget. Where all fit
 * together, all have one from the start. Else a model that has jobs waiting takes the place of others: of idle
 * ones first, least recently used before, and of busy ones only after their stay.
 */
export class ModelPlaces {
  readonly #budgetBytes: number;
  readonly #models: readonly PlacedModel[];
  readonly #logger: Logger;
  readonly #now: () => number;
  /** Models that have a place, and since when. */
  readonly #placedAtMs = new Map<PlacedModel, number>();
  /** Models without a place that have jobs waiting, and since when. */
  readonly #wantingSinceMs = new Map<PlacedModel, number>();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    models: readonly PlacedModel[],
    options: { readonly budgetBytes: number; readonly logger: Logger; readonly now?: () => number },
  ) {
    this.#models = models;
    this.#budgetBytes = options.budgetBytes;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** Gives places to pinned models, to all where all fit, and from then on to those that need them. */
  start(onError: (error: Error) => void): void {
    const neededBytes = this.#models.reduce((sum, { bytes }) => sum + bytes, 0);
    const allFit = neededBytes <= this.#budgetBytes;
    for (const model of this.#models) if (allFit || model.isPinned) this.#place(model);
    if (allFit) return;
    this.#logger.info({ neededBytes, budgetBytes: this.#budgetBytes }, 'models take turns in memory');
    this.#timer = setInterval(() => {
      this.#turn = this.#turn.then(() => this.arbitrate()).catch(onError);
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }

  /** Gives places to models that have jobs waiting; the one that has waited longest comes first. */
  async arbitrate(): Promise<void> {
    await this.#noteWanting();
    const wanting = [...this.#wantingSinceMs].sort(([, a], [, b]) => a - b);
    for (const [model] of wanting) {
      // The first that must wait keeps those behind it waiting: else a large model would never get in.
      if (!(await this.#makeRoom(model))) return;
      this.#place(model);
    }
  }

  async #noteWanting(): Promise<void> {
    for (const model of this.#models) {
      if (this.#placedAtMs.has(model) || (await model.depth()) === 0) this.#wantingSinceMs.delete(model);
      else if (!this.#wantingSinceMs.has(model)) this.#wantingSinceMs.set(model, this.#now());
    }
  }

  /** @returns false when those in the way may still stay */
  async #makeRoom(model: PlacedModel): Promise<boolean> {
    const victims: PlacedModel[] = [];
    let freeBytes = this.#budgetBytes - this.#usedBytes();
    for (const candidate of await this.#evictable()) {
      if (freeBytes >= model.bytes) break;
      victims.push(candidate);
      freeBytes += candidate.bytes;
    }
    // A model larger than the budget gets in once nothing but pinned models is there: refusing it would keep its
    // jobs, and all behind them, waiting for ever.
    const staying = [...this.#placedAtMs.keys()].filter(
      (placed) => !placed.isPinned && !victims.includes(placed),
    );
    if (freeBytes < model.bytes && staying.length > 0) return false;
    if (freeBytes < model.bytes)
      this.#logger.warn({ model: model.id, bytes: model.bytes }, 'larger than the memory budget');
    for (const victim of victims) {
      this.#logger.info({ model: victim.id, for: model.id }, 'model evicted');
      await victim.close();
      this.#placedAtMs.delete(victim);
    }
    return true;
  }

  /** Models that may lose their place: idle ones first, then by how long ago they were used. */
  async #evictable(): Promise<PlacedModel[]> {
    const candidates: { model: PlacedModel; isIdle: boolean }[] = [];
    for (const [model, placedAtMs] of this.#placedAtMs) {
      if (model.isPinned) continue;
      const isIdle = !model.isBusy && (await model.depth()) === 0;
      const stayMs = isIdle ? model.stayMs * IDLE_STAY_SHARE : model.stayMs;
      if (this.#now() - placedAtMs >= stayMs) candidates.push({ model, isIdle });
    }
    candidates.sort((a, b) => Number(b.isIdle) - Number(a.isIdle) || a.model.lastUsedMs - b.model.lastUsedMs);
    return candidates.map(({ model }) => model);
  }

  #place(model: PlacedModel): void {
    this.#placedAtMs.set(model, this.#now());
    this.#wantingSinceMs.delete(model);
    model.open();
  }

  #usedBytes(): number {
    return [...this.#placedAtMs.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
