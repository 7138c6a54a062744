import type { MasksResult, TaskResult } from '@darkroom/contracts';
import type { Column, TableContent } from '../text-table.js';
import { boxInWords, percentage } from './table-cells.js';

/** The masks of a picture, a row each. */
export function maskTable(result: TaskResult): TableContent | null {
  return 'masks' in result ? { columns: columnsOf(result), rows: rowsOf(result) } : null;
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
  return result.masks.map((mask) => [
    String(mask.index),
    ...(hasPrompts ? [String(mask.prompt_index)] : []),
    percentage(mask.area / pixels),
    boxInWords(mask.box),
    mask.predicted_iou.toFixed(3),
    mask.stability_score.toFixed(3),
  ]);
}

function isPrompted({ masks }: MasksResult): boolean {
  return masks.some(({ prompt_index }) => prompt_index !== null);
}
