import type { Logger } from '@darkroom/service-kit';
import { type MemoryBytes, NO_MEMORY, shortOf, sumOfMemory, withoutMemory } from './memory-bytes.js';

/** Why a model loses its place. */
export type ClosingReason = 'evicted' | 'asked' | 'removed';

/** A model as the memory budget sees it. */
export interface PlacedModel {
  readonly id: string;
  /** The most that it was seen to take when loaded. */
  readonly memory: MemoryBytes;
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
  close(reason: ClosingReason): Promise<void>;
}

const LOOK_EVERY_MS = 250;
/** A model that has nothing to do gives way sooner, but not at once: its next job may be on its way. */
const IDLE_STAY_SHARE = 0.2;

/**
 * Who may be in memory. A model's queue is pulled only while the model has its place in the budget, which is one of
 * the machine's memory and one of the GPU's. As long as all fit together, all have a place. Else a model that has
 * jobs waiting takes the place of others: of idle ones first, least recently used before, and of busy ones only
 * after their stay; never of one that has nothing of the memory that is short.
 */
export class ModelPlaces {
  readonly #budget: MemoryBytes;
  readonly #models: PlacedModel[] = [];
  readonly #logger: Logger;
  readonly #now: () => number;
  /** Models that have a place, and since when. */
  readonly #placedAtMs = new Map<PlacedModel, number>();
  /** Models without a place that have jobs waiting or were asked for, and since when. */
  readonly #wantingSinceMs = new Map<PlacedModel, number>();
  /** Models that an operator wants to have a place, and who waits for that. */
  readonly #asked = new Map<PlacedModel, ((isPlaced: boolean) => void)[]>();
  /** Models on their way out; they have their place until then. */
  readonly #closing = new Map<PlacedModel, Promise<void>>();
  #takeTurns = false;
  #isStarted = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> | undefined;

  constructor(options: {
    readonly budget: MemoryBytes;
    readonly logger: Logger;
    readonly now?: () => number;
  }) {
    this.#budget = options.budget;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** One model more, also after the start. */
  add(model: PlacedModel): void {
    this.#models.push(model);
    if (this.#isStarted && model.isPinned) this.#place(model);
  }

  /** One model less: it gets no place any more, and gives up its own once what it has in hand has ended. */
  async remove(model: PlacedModel): Promise<void> {
    const at = this.#models.indexOf(model);
    if (at < 0) return;
    this.#models.splice(at, 1);
    this.#wantingSinceMs.delete(model);
    this.#answerAsked(model, false);
    if (this.#placedAtMs.has(model)) await this.#close(model, 'removed');
  }

  /** Gives places to pinned models, to all where all fit, and from then on to those that need them. */
  start(onError: (error: Error) => void): void {
    this.#isStarted = true;
    for (const model of this.#models) if (model.isPinned) this.#place(model);
    this.#placeAllWhereTheyFit();
    this.#timer = setInterval(() => {
      this.#turn ??= this.arbitrate()
        .catch(onError)
        .finally(() => {
          this.#turn = undefined;
        });
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }

  /**
   * Wants a place for a model as if it had a job waiting.
   * @returns when it has one: true; false when it was released meanwhile
   */
  take(model: PlacedModel): Promise<boolean> {
    if (this.#placedAtMs.has(model) && !this.#closing.has(model)) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#asked.set(model, [...(this.#asked.get(model) ?? []), resolve]);
    });
  }

  /** Gives a model's place up, pinned or not, once what it has in hand has ended. Its next job gets it another. */
  async release(model: PlacedModel): Promise<void> {
    this.#answerAsked(model, false);
    if (this.#placedAtMs.has(model)) await this.#close(model, 'asked');
  }

  /** Gives places to models that have jobs waiting; the one that has waited longest comes first. */
  async arbitrate(): Promise<void> {
    if (this.#placeAllWhereTheyFit()) return;
    await this.#shrinkToBudget();
    await this.#noteWanting();
    const wanting = [...this.#wantingSinceMs].sort(([, a], [, b]) => a - b);
    for (const [model] of wanting) {
      // The first that must wait keeps those behind it waiting: else a large model would never get in.
      if (!(await this.#makeRoom(model))) return;
      this.#place(model);
    }
  }

  /** Looked at again and again: models come, and larger pictures make them larger. @returns whether all fit */
  #placeAllWhereTheyFit(): boolean {
    const needed = sumOfMemory(this.#models.map(({ memory }) => memory));
    const short = shortOf(needed, this.#budget);
    const takeTurns = short.length > 0;
    if (takeTurns && !this.#takeTurns)
      this.#logger.info({ needed, budget: this.#budget, short }, 'models take turns in memory');
    this.#takeTurns = takeTurns;
    if (takeTurns) return false;
    for (const model of this.#models) if (!this.#placedAtMs.has(model)) this.#place(model);
    return true;
  }

  /** Models with a place were seen to take more than before, and more than there is: some give way. */
  async #shrinkToBudget(): Promise<void> {
    if (shortOf(this.#used(), this.#budget).length === 0) return;
    const victims = await this.#chooseVictims(NO_MEMORY);
    // One that is too large by itself is best off alone.
    if (this.#stayingWithout(victims).length === 0) victims.pop();
    await this.#evict(victims);
  }

  async #noteWanting(): Promise<void> {
    for (const model of this.#models) {
      const wants = !this.#placedAtMs.has(model) && (this.#asked.has(model) || (await model.depth()) > 0);
      if (!wants) this.#wantingSinceMs.delete(model);
      else if (!this.#wantingSinceMs.has(model)) this.#wantingSinceMs.set(model, this.#now());
    }
  }

  /** @returns false when those in the way may still stay */
  async #makeRoom(model: PlacedModel): Promise<boolean> {
    const victims = await this.#chooseVictims(model.memory);
    const needed = withoutMemory(
      sumOfMemory([model.memory, this.#used()]),
      sumOfMemory(victims.map(({ memory }) => memory)),
    );
    const short = shortOf(needed, this.#budget);
    // A model larger than the budget gets in once nothing but pinned models is in its way: refusing it would keep its
    // jobs, and all behind them, waiting for ever.
    const mayGoLater = this.#stayingWithout(victims).some(({ memory }) =>
      short.some((kind) => memory[kind] > 0),
    );
    if (mayGoLater) return false;
    if (short.length > 0)
      this.#logger.warn({ model: model.id, memory: model.memory, short }, 'larger than the memory budget');
    await this.#evict(victims, model);
    return true;
  }

  /**
   * Who gives way so that `needed` fits, as far as those that may be evicted suffice: the least valuable first, and
   * nobody in vain.
   */
  async #chooseVictims(needed: MemoryBytes): Promise<PlacedModel[]> {
    const victims: PlacedModel[] = [];
    let taken = sumOfMemory([needed, this.#used()]);
    for (const candidate of await this.#evictable()) {
      const short = shortOf(taken, this.#budget);
      if (!short.some((kind) => candidate.memory[kind] > 0)) continue;
      victims.push(candidate);
      taken = withoutMemory(taken, candidate.memory);
    }
    for (const victim of victims.toReversed()) {
      // One that was chosen later may have freed enough for it to stay.
      const withIt = sumOfMemory([taken, victim.memory]);
      if (shortOf(withIt, this.#budget).length > 0) continue;
      victims.splice(victims.indexOf(victim), 1);
      taken = withIt;
    }
    return victims;
  }

  /** Models that may lose their place: idle ones first, then by how long ago they were used. */
  async #evictable(): Promise<PlacedModel[]> {
    const candidates: { model: PlacedModel; isIdle: boolean }[] = [];
    for (const [model, placedAtMs] of this.#placedAtMs) {
      if (model.isPinned || this.#closing.has(model)) continue;
      const isIdle = !model.isBusy && (await model.depth()) === 0;
      const stayMs = isIdle ? model.stayMs * IDLE_STAY_SHARE : model.stayMs;
      if (this.#now() - placedAtMs >= stayMs) candidates.push({ model, isIdle });
    }
    candidates.sort((a, b) => Number(b.isIdle) - Number(a.isIdle) || a.model.lastUsedMs - b.model.lastUsedMs);
    return candidates.map(({ model }) => model);
  }

  /** Models that keep their place for now and may lose it later. */
  #stayingWithout(victims: readonly PlacedModel[]): PlacedModel[] {
    const mayGo = (model: PlacedModel) => !model.isPinned || this.#closing.has(model);
    return [...this.#placedAtMs.keys()].filter((model) => mayGo(model) && !victims.includes(model));
  }

  async #evict(victims: readonly PlacedModel[], wanting?: PlacedModel): Promise<void> {
    for (const victim of victims)
      this.#logger.info({ model: victim.id, for: wanting?.id ?? null }, 'model evicted');
    await Promise.all(victims.map((victim) => this.#close(victim, 'evicted')));
  }

  #close(model: PlacedModel, reason: ClosingReason): Promise<void> {
    const begun = this.#closing.get(model);
    if (begun) return begun;
    const closing = model.close(reason).finally(() => {
      this.#closing.delete(model);
      this.#placedAtMs.delete(model);
    });
    this.#closing.set(model, closing);
    return closing;
  }

  #place(model: PlacedModel): void {
    // It may have been removed while room was made for it.
    if (!this.#models.includes(model)) return;
    this.#placedAtMs.set(model, this.#now());
    this.#wantingSinceMs.delete(model);
    model.open();
    this.#answerAsked(model, true);
  }

  #answerAsked(model: PlacedModel, isPlaced: boolean): void {
    const asking = this.#asked.get(model) ?? [];
    this.#asked.delete(model);
    for (const answer of asking) answer(isPlaced);
  }

  #used(): MemoryBytes {
    return sumOfMemory([...this.#placedAtMs.keys()].map(({ memory }) => memory));
  }
}
