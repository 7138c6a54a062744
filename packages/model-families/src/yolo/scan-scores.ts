import { CandidateList } from './candidate-list.js';

/** A tensor of candidates: value `v` of candidate `n` is at `n * candidateStep + v * valueStep`. */
export interface CandidateTensor {
  readonly data: Float32Array;
  readonly count: number;
  readonly candidateStep: number;
  readonly valueStep: number;
}

/** Which of a tensor's scores count. */
export interface ScoreScan {
  /** Value with the score of being anything at all; `null` where there is none. */
  readonly objectnessAt: number | null;
  /** Value with the score of class 0. */
  readonly firstClassAt: number;
  readonly classes: number;
  readonly scoreThreshold: number;
  /** Whether every class that reaches the threshold counts, or a candidate's best alone. */
  readonly multiLabel: boolean;
  /** Classes to keep; `null` for all. They are looked at after the best class is chosen, as ultralytics does. */
  readonly keptClassIds: ReadonlySet<number> | null;
}

/**
 * The candidates whose score, objectness × class score in float32, reaches the threshold; boxes are not read yet. Of
 * equal scores of one candidate the lower class counts. Scores that are no number are passed over.
 */
export function scanScores(tensor: CandidateTensor, scan: ScoreScan): CandidateList {
  const threshold = Math.fround(scan.scoreThreshold);
  const found = new CandidateList();
  const { keptClassIds } = scan;
  const add = (candidate: number, classId: number, score: number) => {
    if (keptClassIds === null || keptClassIds.has(classId)) found.add(candidate, classId, score);
  };
  if (scan.multiLabel) scanAllLabels(tensor, scan, threshold, add);
  else if (tensor.valueStep === 1) scanCandidates(tensor, scan, threshold, add);
  else scanClasses(tensor, scan, threshold, add);
  found.keepBest();
  return found;
}

type Add = (candidate: number, classId: number, score: number) => void;

/** Candidate by candidate, where the values of each lie side by side. */
function scanCandidates(tensor: CandidateTensor, scan: ScoreScan, threshold: number, add: Add): void {
  const { data, count, candidateStep } = tensor;
  const { objectnessAt, firstClassAt, classes } = scan;
  const insufficient = justBelow(threshold);
  for (let candidate = 0; candidate < count; candidate++) {
    const at = candidate * candidateStep;
    const objectness = objectnessAt === null ? 1 : data[at + objectnessAt]!;
    if (!(objectness >= threshold)) continue;
    // An objectness is at most 1, so no product can reach what a factor doesn't.
    let best = insufficient;
    let bestClass = -1;
    for (let classId = 0; classId < classes; classId++) {
      const score = data[at + firstClassAt + classId]!;
      if (score > best) {
        best = score;
        bestClass = classId;
      }
    }
    if (bestClass < 0) continue;
    const score = Math.fround(objectness * best);
    if (score >= threshold) add(candidate, bestClass, score);
  }
}

/** A number below a float32, above all smaller ones. */
function justBelow(threshold: number): number {
  return threshold > 0 ? threshold * (1 - 2 ** -30) : threshold - Number.MIN_VALUE;
}

/** Class by class, where the scores of a class lie side by side: only what reaches the threshold is compared. */
function scanClasses(tensor: CandidateTensor, scan: ScoreScan, threshold: number, add: Add): void {
  const { data, count, valueStep } = tensor;
  const { objectnessAt, firstClassAt, classes } = scan;
  const bestScores = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  const bestClasses = new Int32Array(count);
  for (let classId = 0; classId < classes; classId++) {
    const row = (firstClassAt + classId) * valueStep;
    for (let candidate = 0; candidate < count; candidate++) {
      const score = data[row + candidate]!;
      if (!(score >= threshold) || score <= bestScores[candidate]!) continue;
      bestScores[candidate] = score;
      bestClasses[candidate] = classId;
    }
  }
  for (let candidate = 0; candidate < count; candidate++) {
    const best = bestScores[candidate]!;
    if (best === Number.NEGATIVE_INFINITY) continue;
    const objectness = objectnessAt === null ? 1 : data[objectnessAt * valueStep + candidate]!;
    const score = Math.fround(objectness * best);
    if (score >= threshold) add(candidate, bestClasses[candidate]!, score);
  }
}

function scanAllLabels(tensor: CandidateTensor, scan: ScoreScan, threshold: number, add: Add): void {
  const { data, count, candidateStep, valueStep } = tensor;
  const { objectnessAt, firstClassAt, classes } = scan;
  for (let candidate = 0; candidate < count; candidate++) {
    const at = candidate * candidateStep;
    const objectness = objectnessAt === null ? 1 : data[at + objectnessAt * valueStep]!;
    if (!(objectness >= threshold)) continue;
    for (let classId = 0; classId < classes; classId++) {
      const score = Math.fround(objectness * data[at + (firstClassAt + classId) * valueStep]!);
      if (score >= threshold) add(candidate, classId, score);
    }
  }
}
