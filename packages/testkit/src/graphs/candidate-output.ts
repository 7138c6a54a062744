import type { DetectionGraphOutput } from './detection-graph.js';

/** One candidate box of a detector. */
export interface TestCandidate {
  /** Centre and size, or whatever four numbers the layout has, in pixels of the input. */
  readonly box: readonly [number, number, number, number];
  /** By class id; 0 for those left out. */
  readonly scores: Readonly<Record<number, number>>;
  /** Default 1, where the layout has it. */
  readonly objectness?: number;
  /** Coefficients of its mask, where the layout has them; default 0. */
  readonly coefficients?: readonly number[];
}

export interface CandidateOutputOptions {
  readonly classes: number;
  /** How many candidates there are, those of nothing included. Default as many as are given. */
  readonly count?: number;
  /** Which dimension counts them: `[count, values]` or, the default, `[values, count]`. */
  readonly candidates?: 'first' | 'last';
  readonly objectness?: boolean;
  /** How many coefficients each has. Default 0. */
  readonly coefficients?: number;
  /** Default `output0`. */
  readonly name?: string;
}

/**
 * An output for {@link detectionGraph} as YOLO networks have it: for each candidate its box, scores of the classes, and
 * what the options ask for.
 */
export function candidateOutput(
  candidates: readonly TestCandidate[],
  options: CandidateOutputOptions,
): DetectionGraphOutput {
  const { count = candidates.length, name = 'output0' } = options;
  const rows = Array.from({ length: count }, (_, i) => rowOf(candidates[i] ?? NOTHING, options));
  const width = rowOf(NOTHING, options).length;
  if (options.candidates === 'first') return { name, shape: [count, width], values: rows.flat() };
  const columns = Array.from({ length: width }, (_, value) => rows.map((row) => row[value]!));
  return { name, shape: [width, count], values: columns.flat() };
}

const NOTHING: TestCandidate = { box: [0, 0, 0, 0], scores: {}, objectness: 0 };

function rowOf(
  { box, scores, objectness = 1, coefficients: given = [] }: TestCandidate,
  { classes, objectness: hasObjectness = false, coefficients = 0 }: CandidateOutputOptions,
): number[] {
  return [
    ...box,
    ...(hasObjectness ? [objectness] : []),
    ...Array.from({ length: classes }, (_, classId) => scores[classId] ?? 0),
    ...Array.from({ length: coefficients }, (_, k) => given[k] ?? 0),
  ];
}
