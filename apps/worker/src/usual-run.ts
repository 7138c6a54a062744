/** A run weighs so much in the usual time, and all before it together the rest. */
const WEIGHT_OF_LAST = 0.2;

/** How long the graph runs of a model usually take, recent ones above all. */
export class UsualRun {
  #usualMs: number | null = null;

  remember(runMs: number): void {
    this.#usualMs =
      this.#usualMs === null ? runMs : this.#usualMs * (1 - WEIGHT_OF_LAST) + runMs * WEIGHT_OF_LAST;
  }

  /** What a run likely has left; one that is past the usual time, or the first, as much again as it is past it. */
  expectedRemainingMs(elapsedMs: number): number {
    const usualMs = this.#usualMs ?? 0;
    return Math.abs(usualMs - elapsedMs);
  }
}
