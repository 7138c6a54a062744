import { DarkroomError, type ScoredConcept } from '@darkroom/contracts';
import type { ACTIVATIONS } from './options.js';
import { indexOfLargest, type LogitScale, scoresOf, similarityOf } from './scores.js';

/** An embedding of a picture, or of a region, compared with the concepts. */
export interface ScoredEmbedding {
  readonly embedding: Float32Array;
  readonly similarities: readonly number[];
  readonly scores: readonly number[];
  /** Index of the concept with the highest score; `null` where there are none. */
  readonly top: number | null;
}

/** How a model makes scores. */
export interface Scoring {
  readonly logitScale: LogitScale;
  readonly activation: (typeof ACTIVATIONS)[number];
}

/** @throws DarkroomError `inference_failed` when the encoders, which did not tell, give embeddings of two spaces */
export function scoreEmbedding(
  embedding: Float32Array,
  concepts: readonly Float32Array[],
  { logitScale, activation }: Scoring,
): ScoredEmbedding {
  const other = concepts.find(({ length }) => length !== embedding.length);
  if (other) {
    const detail = `Expected embeddings of texts and pictures with as many numbers, got ${other.length} and ${embedding.length}. Export both encoders with their projections.`;
    throw new DarkroomError('inference_failed', detail);
  }
  const similarities = concepts.map((concept) => similarityOf(embedding, concept));
  const scores = scoresOf(similarities, logitScale, activation);
  // Scores rise with similarities, and of sigmoid many may be too small to differ.
  return { embedding, similarities, scores, top: indexOfLargest(similarities) };
}

/** Six decimals are about what is in a float32. */
const STEPS = 1e6;
const round = (value: number) => Math.round(value * STEPS) / STEPS;

/** As a result has it; nothing was compared where there is nothing to see. */
export function describeScores(scored: ScoredEmbedding | null, concepts: readonly string[]) {
  if (scored === null) return { concepts: [], top_concept: null };
  const described = concepts.map(
    (text, i): ScoredConcept => ({
      text,
      score: round(scored.scores[i]!),
      similarity: round(scored.similarities[i]!),
    }),
  );
  return { concepts: described, top_concept: scored.top === null ? null : concepts[scored.top]! };
}
