import { relative } from 'node:path';
import { describeResult } from '../describe-result.js';
import { isUrl } from '../picture-word.js';
import { textTable } from '../text-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

const COLUMNS = [
  { heading: 'picture' },
  { heading: 'result' },
  { heading: 'model' },
  { heading: 'ms', side: 'right' },
  { heading: 'files' },
] as const;

/** What became of the pictures, as a table: a line each. */
export function resultTable(pictures: readonly SubmittedPicture[]): string[] {
  return textTable(COLUMNS, pictures.map(rowOf));
}

function rowOf(picture: SubmittedPicture): string[] {
  const path = shortPath(picture.path);
  const { job } = picture;
  if (job === null) return [path, '✗ refused', '', '', ''];
  const ms = job.timings.total_ms === null ? '' : String(Math.round(job.timings.total_ms));
  return [path, outcomeOf(job), job.model, ms, picture.files.map(shortPath).join(' ')];
}

function outcomeOf({ result, status }: NonNullable<SubmittedPicture['job']>): string {
  return result === null ? `✗ ${status}` : describeResult(result);
}

/** Why there is no result for a picture, a line. */
export function explainMissing({ path, job, problem }: SubmittedPicture): string {
  const { error, status } = job ?? {};
  return `${shortPath(path)}: ${problem ?? (error ? `${status}: ${error.title}: ${error.detail}` : status)}`;
}

/** As seen from here, where that is shorter. */
export function shortPath(path: string): string {
  if (isUrl(path)) return path;
  const way = relative(process.cwd(), path);
  return way.startsWith('..') ? path : way;
}
