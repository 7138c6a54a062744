import type { ScoredConcept, TaskResult } from '@darkroom/contracts';
import type { TableContent } from '../text-table.js';
import { boxInWords, percentage } from './table-cells.js';

const COLUMNS = [
  { heading: 'region', side: 'right' },
  { heading: 'area', side: 'right' },
  { heading: 'box' },
  { heading: 'top concept' },
  { heading: 'score', side: 'right' },
  { heading: 'similarity', side: 'right' },
  { heading: 'then' },
] as const;
/** After the top one. */
const MOST_OTHERS = 2;

/** What a picture as a whole is most like, and each of its regions, a row each. */
export function conceptTable(result: TaskResult): TableContent | null {
  if (!('top_concept' in result)) return null;
  const pixels = result.width * result.height;
  const whole = result.concepts.length > 0 ? [['whole', '', '', ...topCells(result.concepts)]] : [];
  const regions = result.regions.map(({ index, area, box, concepts }) => [
    String(index),
    percentage(area / pixels),
    boxInWords(box),
    ...topCells(concepts),
  ]);
  return { columns: COLUMNS, rows: [...whole, ...regions] };
}

function topCells(concepts: readonly ScoredConcept[]): string[] {
  const [top, ...others] = concepts.toSorted((a, b) => b.score - a.score).slice(0, 1 + MOST_OTHERS);
  if (top === undefined) return [];
  const then = others.map(({ text, score }) => `${text} ${percentage(score)}`).join(', ');
  return [top.text, percentage(top.score), top.similarity.toFixed(3), then];
}
