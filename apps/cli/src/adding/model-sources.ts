/** Lines, or semicolons at the end of a word, as those within an address belong to it. */
const BETWEEN_MODELS = /\n|;(?=\s|$)/;

/**
 * Reads `DARKROOM_MODEL_SOURCES`.
 * @returns for each model the words that `models add` takes
 */
export function readModelSources(setting: string): string[][] {
  return setting
    .split(BETWEEN_MODELS)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'))
    .map((entry) => entry.split(/\s+/));
}
