import type { AnalyzedRegion, ScoredConcept } from '@darkroom/contracts';
import type { AnalyzedPicture } from '../finished-picture.js';

/** Scores by concept; the similarities are half of them. */
export function scoredConcepts(scores: Readonly<Record<string, number>>): ScoredConcept[] {
  return Object.entries(scores).map(([text, score]) => ({ text, score, similarity: score / 2 }));
}

export function analyzedRegion(changes: Partial<AnalyzedRegion> = {}): AnalyzedRegion {
  return {
    index: 0,
    box: [10, 20, 30, 40],
    area: 300,
    predicted_iou: 0.95,
    concepts: [],
    top_concept: null,
    crop: null,
    ...changes,
  };
}

export function analyzedPicture(
  concepts: readonly ScoredConcept[],
  regions: readonly AnalyzedRegion[] = [],
  fileName = 'a.jpg',
): AnalyzedPicture {
  const top = concepts.toSorted((a, b) => b.score - a.score)[0]?.text ?? null;
  const scores = { concepts: [...concepts], top_concept: top };
  const result = { width: 100, height: 80, ...scores, regions: [...regions], embedding: null };
  return { jobId: 'job_1', fileName, result };
}
