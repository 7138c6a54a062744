import type { RegionMask } from '../masks/region-mask.js';

/** Where runs of pixels begin and end in a row, in turn and from left to right: `[begin, end, begin, end, …]`. */
export type Runs = readonly number[];

/** The runs of 1 in each row of a mask, in columns of its region. */
export function runsOfRows({ width, height, data }: RegionMask): Runs[] {
  const rows: Runs[] = [];
  for (let row = 0, at = 0; row < height; row++) {
    const runs: number[] = [];
    let before = 0;
    for (let column = 0; column < width; column++, at++) {
      const value = data[at]!;
      if (value === before) continue;
      runs.push(column);
      before = value;
    }
    if (before === 1) runs.push(width);
    rows.push(runs);
  }
  return rows;
}

/** What is in both. */
export function intersectRuns(a: Runs, b: Runs): Runs {
  const shared: number[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length; ) {
    const begin = Math.max(a[i]!, b[k]!);
    const end = Math.min(a[i + 1]!, b[k + 1]!);
    if (begin < end) shared.push(begin, end);
    if (a[i + 1]! < b[k + 1]!) i += 2;
    else k += 2;
  }
  return shared;
}

/** What is left of runs without those of their pixels that others hold. */
export function subtractRuns(runs: Runs, others: Runs): Runs {
  const left: number[] = [];
  let k = 0;
  for (let i = 0; i < runs.length; i += 2) {
    let begin = runs[i]!;
    const end = runs[i + 1]!;
    for (; k < others.length && others[k]! < end; k += 2) {
      if (others[k]! > begin) left.push(begin, others[k]!);
      begin = others[k + 1]!;
    }
    if (begin < end) left.push(begin, end);
  }
  return left;
}
