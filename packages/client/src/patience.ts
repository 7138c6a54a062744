import { DarkroomProblem } from './darkroom-problem.js';
import { DarkroomUnreachable } from './darkroom-unreachable.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Decides how long to wait after a failure that may pass, and when to give up. */
export class Patience {
  readonly #giveUpAfterMs: number;
  #failingSince: number | null = null;
  #failures = 0;

  /** @param giveUpAfterMs how long failures may follow one another */
  constructor(giveUpAfterMs: number) {
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  /** To be called when something came through: the next failure is a first one. */
  renew(): void {
    this.#failingSince = null;
    this.#failures = 0;
  }

  /**
   * Waits before the next attempt: twice as long at each failure, or as long as the service or `leastMs` asks.
   *
   * @throws the error itself, when it will not pass or has lasted too long
   */
  async after(error: unknown, signal: AbortSignal | undefined, leastMs = 0): Promise<void> {
    const mayPass =
      error instanceof DarkroomUnreachable || (error instanceof DarkroomProblem && error.retryable);
    this.#failingSince ??= Date.now();
    if (!mayPass || Date.now() - this.#failingSince > this.#giveUpAfterMs) throw error;
    const backoffMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    const askedMs = error instanceof DarkroomProblem ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    await pause(Math.max(backoffMs, askedMs, leastMs), signal);
  }
}

/** @throws the signal's reason when it is aborted */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
