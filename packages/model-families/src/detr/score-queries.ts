import type { Activation } from './options.js';

/** Logits of one picture: `classes` for each query, row by row. */
export interface QueryLogits {
  readonly data: Float32Array;
  readonly queries: number;
  /** Logits of a query; with softmax one more than classes. */
  readonly logits: number;
}

/** A class of a query whose score reaches the threshold. */
export interface ScoredQuery {
  readonly query: number;
  readonly classId: number;
  readonly score: number;
}

/**
 * Classes and scores of the queries that reach the threshold, best first, as transformers'
 * `post_process_object_detection` has them.
 * @param topK with sigmoid, of all pairs of a query and a class only the best so many count
 */
export function scoreQueries(
  logits: QueryLogits,
  activation: Activation,
  threshold: number,
  topK: number,
): ScoredQuery[] {
  const scored = SCORERS[activation](logits, Math.fround(threshold));
  scored.sort((a, b) => b.score - a.score);
  return activation === 'sigmoid' ? scored.slice(0, topK) : scored;
}

type Scorer = (logits: QueryLogits, threshold: number) => ScoredQuery[];

const SCORERS: Readonly<Record<Activation, Scorer>> = {
  /** The best class of each query, among the probabilities of all and of nothing. */
  softmax({ data, queries, logits }, threshold) {
    const scored: ScoredQuery[] = [];
    for (let query = 0; query < queries; query++) {
      const row = data.subarray(query * logits, (query + 1) * logits);
      const classId = bestClass(row);
      const score = softmaxOf(row, classId);
      if (score >= threshold) scored.push({ query, classId, score });
    }
    return scored;
  },
  sigmoid({ data, queries, logits }, threshold) {
    const scored: ScoredQuery[] = [];
    for (let i = 0; i < queries * logits; i++) {
      const score = Math.fround(1 / (1 + Math.exp(-data[i]!)));
      if (score >= threshold) scored.push({ query: Math.floor(i / logits), classId: i % logits, score });
    }
    return scored;
  },
};

/** The last logit is that nothing is there. */
function bestClass(row: Float32Array): number {
  let best = 0;
  for (let classId = 1; classId < row.length - 1; classId++) {
    if (row[classId]! > row[best]!) best = classId;
  }
  return best;
}

function softmaxOf(row: Float32Array, classId: number): number {
  const highest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const sum = row.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return Math.fround(Math.exp(row[classId]! - highest) / sum);
}
