import type { Progress } from '@darkroom/contracts';

const AT_MOST_EVERY_MS = 100;

/**
 * Passes progress on ten times a second at most, the first time a tenth after the start: a job that is done by then
 * has nobody who would have seen it. The latest is never lost: what comes too soon is passed on when its time has come,
 * unless something newer took its place.
 */
export class ProgressReporter {
  readonly #passOn: (progress: Progress) => void;
  #lastMs = performance.now();
  #waiting: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(passOn: (progress: Progress) => void) {
    this.#passOn = passOn;
  }

  report(progress: Progress): void {
    const sinceMs = performance.now() - this.#lastMs;
    if (sinceMs >= AT_MOST_EVERY_MS) {
      this.#pass(progress);
    } else {
      this.#waiting = progress;
      this.#timer ??= setTimeout(() => this.#passWaiting(), AT_MOST_EVERY_MS - sinceMs);
    }
  }

  /** Drops what still waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }

  #passWaiting(): void {
    this.#timer = undefined;
    if (this.#waiting) this.#pass(this.#waiting);
    this.#waiting = undefined;
  }

  #pass(progress: Progress): void {
    this.#lastMs = performance.now();
    this.#passOn(progress);
  }
}
