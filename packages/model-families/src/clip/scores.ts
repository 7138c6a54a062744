import type { ACTIVATIONS } from './options.js';

/** From similarities to logits. */
export interface LogitScale {
  /** Above 0. */
  readonly scale: number;
  readonly bias: number;
}

type Activation = (typeof ACTIVATIONS)[number];

const ACTIVATE: Readonly<Record<Activation, (logits: readonly number[]) => number[]>> = { softmax, sigmoid };

/**
 * The score of each concept, 0 to 1, as a model was trained to give it.
 * @param similarities of one picture and each concept, −1 to 1
 */
export function scoresOf(
  similarities: readonly number[],
  { scale, bias }: LogitScale,
  activation: Activation,
): number[] {
  return ACTIVATE[activation](similarities.map((similarity) => scale * similarity + bias));
}

function softmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((all, one) => all + one, 0);
  return exponentials.map((one) => one / sum);
}

function sigmoid(logits: readonly number[]): number[] {
  return logits.map((logit) => {
    const small = Math.exp(-Math.abs(logit));
    return logit >= 0 ? 1 / (1 + small) : small / (1 + small);
  });
}

/** Cosine of two embeddings of unit length. */
export function similarityOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return Math.min(Math.max(sum, -1), 1);
}

/** The index of the first largest number; `null` where there is none. */
export function indexOfLargest(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  return numbers.reduce((best, number, i) => (number > numbers[best]! ? i : best), 0);
}
