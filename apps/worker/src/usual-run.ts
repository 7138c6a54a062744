/** A run weighs so much in the usual time, and all before it together the rest. */
const WEIGHT_OF_LAST = 0.2;

/** How long the graph runs of a model usually take, recent ones above all. */
export class UsualRun {
  #usualMs: number | null = null;

  /** 0 before the first. */
  get usualMs(): number {
    return this.#usualMs ?? 0;
  }

  remember(runMs: number): void {
    this.#usualMs =
      this.#usualMs === null ? runMs : this.#usualMs * (1 - WEIGHT_OF_LAST) + runMs * WEIGHT_OF_LAST;
  }
}
