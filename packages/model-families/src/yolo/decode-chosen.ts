import type { Float32Tensor } from '@darkroom/tensor';
import { CandidateList } from './candidate-list.js';
import type { Wanted } from './decoding.js';

/**
 * The boxes that an end-to-end graph has chosen for one picture: rows of edges in pixels of the network's input, score
 * and class. What it had no boxes for it fills up with a score of 0.
 */
export function decodeChosen(
  { dims, data }: Float32Tensor,
  { scoreThreshold, keptClassIds }: Wanted,
): CandidateList {
  const [, count = 0, values = 0] = dims;
  const threshold = Math.fround(scoreThreshold);
  const found = new CandidateList();
  for (let candidate = 0; candidate < count; candidate++) {
    const at = candidate * values;
    const score = data[at + 4]!;
    const classId = Math.round(data[at + 5]!);
    if (!(score >= threshold && classId >= 0)) continue;
    if (keptClassIds === null || keptClassIds.has(classId)) found.add(candidate, classId, score);
  }
  found.keepBest();
  const { sources } = found;
  for (let i = 0; i < sources.length; i++) {
    const at = sources[i]! * values;
    found.placeBox(i, data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!);
  }
  found.keepFinite();
  return found;
}
