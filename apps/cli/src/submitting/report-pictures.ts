import { EXIT_CODE } from '../exit-code.js';
import type { Terminal } from '../terminal.js';
import { onOneLine } from '../text-table.js';
import { giveResults, type ResultsPlace, type SubmissionForm } from './give-results.js';
import { explainMissing } from './result-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

const MOST_WARNINGS = 5;

/**
 * Gives the results of pictures, and tells which of them have none.
 * @returns the exit code: failure unless every job succeeded
 */
export async function reportPictures(
  pictures: readonly SubmittedPicture[],
  form: SubmissionForm,
  place: ResultsPlace,
): Promise<number> {
  const { terminal } = place;
  tellWarnings(pictures, terminal);
  await giveResults(pictures, form, place);
  const missing = pictures.filter(({ job }) => job?.status !== 'succeeded');
  if (missing.length === 0) return EXIT_CODE.success;
  const lines = missing.map((picture) => `  ${explainMissing(picture)}`);
  const count = `${missing.length} of ${pictures.length} pictures did not succeed:`;
  terminal.message([`${terminal.paint('red', '✗')} ${count}`, ...lines].join('\n'));
  return EXIT_CODE.failure;
}

/** Each once, however many pictures it is of. */
function tellWarnings(pictures: readonly SubmittedPicture[], terminal: Terminal): void {
  const details = [
    ...new Set(pictures.flatMap(({ job }) => job?.warnings ?? []).map(({ detail }) => detail)),
  ];
  const more = details.length - MOST_WARNINGS;
  const shown = [...details.slice(0, MOST_WARNINGS), ...(more > 0 ? [`… and ${more} more warnings`] : [])];
  for (const detail of shown) terminal.message(`${terminal.paint('yellow', '!')} ${onOneLine(detail)}`);
}
