import type { InputSize, LayerContext } from '../layer-context.js';

/**
 * A detection head, decoded: a value of the graph, float32 `[batch, candidates, 5 + classes]`, with one row for each
 * anchor in each cell, anchor by anchor and row by row:
 * - centre x, centre y, width and height in pixels of the network's input
 * - how surely there is an object at all, from 0 to 1
 * - the probability of each class if there is one
 */
export interface Head {
  readonly rows: string;
  readonly candidates: number;
  readonly classes: number;
}

export type ImportHead = (context: LayerContext, input: InputSize) => Head;

/** Centre, size and objectness. */
export const VALUES_BEFORE_CLASSES = 5;
