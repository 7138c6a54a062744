import type { TaskResult } from '@darkroom/contracts';
import { onOneLine, type TableContent, textTable } from '../text-table.js';
import { conceptTable } from './concept-table.js';
import { maskTable } from './mask-table.js';
import { shortPath } from './result-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

/** What takes a table of its own: each tells of one kind of result. */
const TABLES: readonly ((result: TaskResult) => TableContent | null)[] = [maskTable, conceptTable];
const MOST_ROWS = 20;
const MOST_TABLES = 5;

/**
 * What there is in each picture as a table; of many things only the first, and of many pictures none. The heading of a
 * table is its first line.
 */
export function detailTables(pictures: readonly SubmittedPicture[]): string[][] {
  if (pictures.length > MOST_TABLES) return [];
  return pictures.flatMap(({ path, job }) => {
    const table = job?.result ? tableOf(job.result) : null;
    if (table === null || table.rows.length === 0) return [];
    const rest = table.rows.length - MOST_ROWS;
    const lines = textTable(table.columns, table.rows.slice(0, MOST_ROWS));
    const more = rest > 0 ? [`… and ${rest} more; --format json has all`] : [];
    return [[...(pictures.length > 1 ? [onOneLine(shortPath(path))] : []), ...lines, ...more]];
  });
}

function tableOf(result: TaskResult): TableContent | null {
  for (const table of TABLES) {
    const found = table(result);
    if (found) return found;
  }
  return null;
}
