const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Who lived this long was well: the next death is a first one. */
const WELL_AFTER_MS = 30_000;

/** How long to wait before something that died is started again: twice as long each time it dies young. */
export class RestartBackoff {
  #deathsInARow = 0;

  nextMs(livedMs: number): number {
    if (livedMs >= WELL_AFTER_MS) this.#deathsInARow = 0;
    return Math.min(FIRST_PAUSE_MS * 2 ** this.#deathsInARow++, LONGEST_PAUSE_MS);
  }
}
