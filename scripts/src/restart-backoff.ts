const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Who lived this long was well: the next death is a first one. */
const WELL_AFTER_MS = 30_000;
/** About a minute and a half of pauses: what has not come up by then won't by itself. */
const MOST_RESTARTS_IN_A_ROW = 10;

/** How long to wait before something that died is started again: twice as long each time it dies young. */
export class RestartBackoff {
  #deathsInARow = 0;

  /** @returns `null` when it has died young so often that starting it again is of no use */
  nextMs(livedMs: number): number | null {
    if (livedMs >= WELL_AFTER_MS) this.#deathsInARow = 0;
    if (this.#deathsInARow >= MOST_RESTARTS_IN_A_ROW) return null;
    return Math.min(FIRST_PAUSE_MS * 2 ** this.#deathsInARow++, LONGEST_PAUSE_MS);
  }
}
