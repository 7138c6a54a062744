import type { MasksResult, SegmentedMask } from '@darkroom/contracts';
import { type Column, onOneLine, textTable } from '../text-table.js';
import { shortPath } from './result-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

const MOST_ROWS = 20;
const MOST_TABLES = 5;

/**
 * The masks of each picture as a table, a line each; of many only the first, and of many pictures none. The heading of a
 * table is its first line.
 */
export function maskTables(pictures: readonly SubmittedPicture[]): string[][] {
  if (pictures.length > MOST_TABLES) return [];
  const masked = pictures.flatMap(({ path, job }) => {
    const result = job?.result;
    return result && 'masks' in result && result.masks.length > 0 ? [{ path, result }] : [];
  });
  return masked.map(({ path, result }) => {
    const rest = result.masks.length - MOST_ROWS;
    const table = textTable(columnsOf(result), rowsOf(result));
    const more = rest > 0 ? [`… and ${rest} more; --format json has all`] : [];
    return [...(pictures.length > 1 ? [onOneLine(shortPath(path))] : []), ...table, ...more];
  });
}

function columnsOf(result: MasksResult): Column[] {
  return [
    { heading: 'mask', side: 'right' },
    ...(isPrompted(result) ? [{ heading: 'prompt', side: 'right' } as const] : []),
    { heading: 'area', side: 'right' },
    { heading: 'box' },
    { heading: 'predicted iou', side: 'right' },
    { heading: 'stability', side: 'right' },
  ];
}

function rowsOf(result: MasksResult): string[][] {
  const pixels = result.width * result.height;
  const hasPrompts = isPrompted(result);
  return result.masks
    .slice(0, MOST_ROWS)
    .map((mask) => [
      String(mask.index),
      ...(hasPrompts ? [String(mask.prompt_index)] : []),
      `${((mask.area / pixels) * 100).toFixed(1)} %`,
      boxOf(mask),
      mask.predicted_iou.toFixed(3),
      mask.stability_score.toFixed(3),
    ]);
}

/** As `--box` takes it. */
function boxOf({ box }: SegmentedMask): string {
  return box.map((edge) => String(Math.round(edge))).join(',');
}

function isPrompted({ masks }: MasksResult): boolean {
  return masks.some(({ prompt_index }) => prompt_index !== null);
}
