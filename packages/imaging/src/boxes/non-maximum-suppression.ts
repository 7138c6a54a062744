import { orderByScore } from './order-by-score.js';

export interface Candidates {
  /** Four edges for each candidate: left, top, right, bottom. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  /** When given, a candidate is suppressed only by those of its own class. */
  readonly classIds?: Int32Array | undefined;
  /** A candidate is dropped when its intersection over union with a better one is greater than this. */
  readonly iouThreshold: number;
  /** Ends as soon as so many are kept. */
  readonly maxKept: number;
}

/**
 * Greedy non-maximum suppression: the best candidate is kept, those that overlap it too much are dropped, and so on
 * with the best that is left. The same in every bit as `torchvision.ops.nms`, and with `classIds` as
 * `torchvision.ops.batched_nms`: single precision, equal scores by rising index, boxes without area suppress nothing.
 * @returns indices of the kept candidates, best first
 * @throws RangeError when a score or an edge is not a number, or the arrays do not fit together
 */
export function nonMaximumSuppression(candidates: Candidates): Int32Array {
  const { boxes, scores, classIds, iouThreshold, maxKept } = candidates;
  requireSound(candidates);
  const order = orderByScore(scores);
  const kept = new KeptBoxes(Math.min(maxKept, scores.length));
  for (let i = 0; i < order.length && kept.count < maxKept; i++) {
    kept.addUnlessSuppressed(order[i]!, boxes, classIds ? classIds[order[i]!]! : 0, iouThreshold);
  }
  return kept.indices.slice(0, kept.count);
}

/** The boxes kept so far, side by side in memory. */
class KeptBoxes {
  readonly indices: Int32Array;
  count = 0;
  readonly #classIds: Int32Array;
  /** Left, top, right, bottom, area. */
  readonly #boxes: Float32Array;

  constructor(capacity: number) {
    this.indices = new Int32Array(capacity);
    this.#classIds = new Int32Array(capacity);
    this.#boxes = new Float32Array(capacity * 5);
  }

  addUnlessSuppressed(index: number, boxes: Float32Array, classId: number, iouThreshold: number): void {
    const x0 = boxes[index * 4]!;
    const y0 = boxes[index * 4 + 1]!;
    const x1 = boxes[index * 4 + 2]!;
    const y1 = boxes[index * 4 + 3]!;
    const area = Math.fround(Math.fround(x1 - x0) * Math.fround(y1 - y0));
    const kept = this.#boxes;
    const keptClassIds = this.#classIds;
    for (let i = 0, at = 0; i < this.count; i++, at += 5) {
      if (keptClassIds[i] !== classId) continue;
      const width = Math.fround(Math.min(x1, kept[at + 2]!) - Math.max(x0, kept[at]!));
      if (width <= 0) continue;
      const height = Math.fround(Math.min(y1, kept[at + 3]!) - Math.max(y0, kept[at + 1]!));
      if (height <= 0) continue;
      const shared = Math.fround(width * height);
      const covered = Math.fround(Math.fround(kept[at + 4]! + area) - shared);
      if (Math.fround(shared / covered) > iouThreshold) return;
    }
    kept.set([x0, y0, x1, y1, area], this.count * 5);
    keptClassIds[this.count] = classId;
    this.indices[this.count++] = index;
  }
}

function requireSound({ boxes, scores, classIds, iouThreshold, maxKept }: Candidates): void {
  if (boxes.length !== scores.length * 4 || (classIds && classIds.length !== scores.length)) {
    throw new RangeError(
      `expected 4 edges${classIds ? ' and a class' : ''} for each of ${scores.length} scores, got ` +
        `${boxes.length} edges${classIds ? ` and ${classIds.length} classes` : ''}`,
    );
  }
  if (!(iouThreshold >= 0)) throw new RangeError(`expected an overlap of 0 or more, got ${iouThreshold}`);
  if (!(maxKept >= 0 && Math.floor(maxKept) === maxKept)) {
    throw new RangeError(`expected a whole number of candidates to keep, 0 or more, got ${maxKept}`);
  }
  for (let i = 0; i < scores.length; i++) {
    const edges = boxes[i * 4]! + boxes[i * 4 + 1]! + boxes[i * 4 + 2]! + boxes[i * 4 + 3]!;
    if (Number.isFinite(scores[i]! + edges)) continue;
    const box = [...boxes.subarray(i * 4, i * 4 + 4)].join(', ');
    throw new RangeError(
      `expected finite numbers, got candidate ${i} with score ${scores[i]} and box [${box}]`,
    );
  }
}
