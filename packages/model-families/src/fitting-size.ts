/** After so many runs at a lowered size, twice that is tried. */
const RUNS_BEFORE_GROWING = 32;

/**
 * How many at once memory suffices for, as runs have shown, so that only the first job climbs down and not each anew.
 * Memory may be short for a while only (others use the same GPU), so after some runs at a lowered size twice that is
 * tried; whenever it turns out too large, the next trial waits for twice as many runs.
 */
export class FittingSize {
  #limit = Number.POSITIVE_INFINITY;
  #runsAtLimit = 0;
  #runsBeforeGrowing = RUNS_BEFORE_GROWING;
  #isTrial = false;

  /** The most to run at once where as many as `wanted` could be. */
  atMost(wanted: number): number {
    return Math.min(wanted, this.#limit);
  }

  /** Memory sufficed for so many at once. */
  fits(size: number): void {
    if (size < this.#limit) return;
    this.#runsAtLimit++;
    if (this.#runsAtLimit < this.#runsBeforeGrowing) return;
    this.#limit *= 2;
    this.#runsAtLimit = 0;
    this.#isTrial = true;
  }

  /** Memory did not suffice for so many, two or more, at once. @returns how many to run at once instead */
  halve(size: number): number {
    if (this.#isTrial) this.#runsBeforeGrowing *= 2;
    this.#isTrial = false;
    this.#runsAtLimit = 0;
    this.#limit = Math.ceil(size / 2);
    return this.#limit;
  }
}
