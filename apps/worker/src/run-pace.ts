import type { Progress } from '@darkroom/contracts';

/** How fast a run makes its steps, as its progress tells. */
export class RunPace {
  /** How far it was told to be, in its steps. */
  #step: number | null = null;
  #steps: number | null = null;
  /** When it was told last, and when first. */
  #toldMs = 0;
  #firstToldMs = 0;
  /** How often it went on from one step to another. */
  #advances = 0;

  follow({ step, steps }: Pick<Progress, 'step' | 'steps'>, nowMs: number): void {
    if (this.#step === null || step === null) {
      this.#firstToldMs = nowMs;
      this.#advances = 0;
    } else if (step !== this.#step) this.#advances++;
    this.#step = step;
    this.#steps = steps;
    this.#toldMs = nowMs;
  }

  /**
   * How long it likely takes until the run looks whether anybody wants it: until the end of the present step, or of the
   * whole where it makes none. What is past its usual time, or was never seen, likely takes as much again.
   * @param usualRunMs how long whole runs usually take, 0 where nothing is known
   */
  untilNextCheckMs(nowMs: number, usualRunMs: number): number {
    return Math.abs(this.#usualMs(usualRunMs) - (nowMs - this.#toldMs));
  }

  #usualMs(usualRunMs: number): number {
    if (this.#steps === null) return usualRunMs;
    // A run may tell of several steps at once; what counts is the time from telling to telling.
    if (this.#advances > 0) return (this.#toldMs - this.#firstToldMs) / this.#advances;
    return usualRunMs / this.#steps;
  }
}
