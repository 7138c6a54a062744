import type { EnlargementAxis } from './enlargement-axis.js';
import type { RunEdges } from './run-edges.js';

/**
 * Finds the runs above a threshold where some cells around lie above it and some do not, column by column of pixels.
 * Adds up in the order in which PyTorch does, and rounds to single precision where it stores.
 */
export class MixedRows {
  readonly #columns: EnlargementAxis;
  readonly #rows: EnlargementAxis;
  #logits: Float32Array = new Float32Array(0);
  #threshold = 0;
  /** The nodes left and right of the present segment of columns. */
  #left = 0;
  #right = 0;
  /** Values of those two columns of nodes, in the rows that were prepared. */
  readonly #leftNodes: Float32Array;
  readonly #rightNodes: Float32Array;
  /** A column of cells, enlarged along the rows to a column of nodes. */
  readonly #cells: Float32Array;
  /** The two columns of nodes, mixed for the present column of pixels. */
  readonly #nodes: Float32Array;

  constructor(columns: EnlargementAxis, rows: EnlargementAxis) {
    this.#columns = columns;
    this.#rows = rows;
    const nodes = rows.nodes.near.length;
    this.#leftNodes = new Float32Array(nodes);
    this.#rightNodes = new Float32Array(nodes);
    this.#nodes = new Float32Array(nodes);
    this.#cells = new Float32Array(rows.cells);
  }

  begin(logits: Float32Array, threshold: number): void {
    this.#logits = logits;
    this.#threshold = threshold;
  }

  /** Goes on to the pixels of a segment of columns. */
  enterColumns(segment: number): void {
    const { segments, pixels } = this.#columns;
    const x = segments.start[segment]!;
    this.#left = pixels.near[x]!;
    this.#right = pixels.far[x]!;
  }

  /** Computes the nodes around some segments of rows, left and right of the present columns. */
  prepare(firstSegment: number, endSegment: number): void {
    const { segments, pixels } = this.#rows;
    const first = pixels.near[segments.start[firstSegment]!]!;
    const last = pixels.far[segments.start[endSegment - 1]!]!;
    this.#computeNodes(this.#left, first, last, this.#leftNodes);
    this.#computeNodes(this.#right, first, last, this.#rightNodes);
  }

  #computeNodes(column: number, firstNode: number, lastNode: number, into: Float32Array): void {
    const { near, far, fraction } = this.#rows.nodes;
    const cells = this.#cells;
    this.#enlargeCells(column, near[firstNode]!, far[lastNode]!);
    for (let node = firstNode; node <= lastNode; node++) {
      const down = fraction[node]!;
      into[node] = cells[near[node]!]! * Math.fround(1 - down) + cells[far[node]!]! * down;
    }
  }

  #enlargeCells(column: number, firstRow: number, lastRow: number): void {
    const logits = this.#logits;
    const cells = this.#cells;
    const width = this.#columns.cells;
    const { near, far, fraction } = this.#columns.nodes;
    const across = fraction[column]!;
    const kept = Math.fround(1 - across);
    let left = firstRow * width + near[column]!;
    let right = firstRow * width + far[column]!;
    for (let row = firstRow; row <= lastRow; row++, left += width, right += width) {
      cells[row] = logits[left]! * kept + logits[right]! * across;
    }
  }

  /**
   * Adds the runs of one column of pixels.
   * @param firstSegment of the rows that were prepared; @param endSegment the first behind them
   * @param offset what to add to a row to get its position in the picture
   */
  addRuns(x: number, firstSegment: number, endSegment: number, offset: number, edges: RunEdges): void {
    const { segments, pixels } = this.#rows;
    const threshold = this.#threshold;
    const nodes = this.#mixNodes(x, firstSegment, endSegment);
    for (let segment = firstSegment; segment < endSegment; segment++) {
      const start = segments.start[segment]!;
      const end = segments.start[segment + 1]!;
      const upper = nodes[pixels.near[start]!]!;
      const lower = nodes[pixels.far[start]!]!;
      if (upper > threshold && lower > threshold) edges.add(offset + start, offset + end);
      else if (upper > threshold || lower > threshold) {
        this.#addCrossing(start, end, upper, lower, offset, edges);
      }
    }
  }

  /** @returns the values of the nodes' rows at a column of pixels */
  #mixNodes(x: number, firstSegment: number, endSegment: number): Float32Array {
    const { segments, pixels } = this.#rows;
    const across = this.#columns.pixels.fraction[x]!;
    const kept = Math.fround(1 - across);
    const last = pixels.far[segments.start[endSegment - 1]!]!;
    const nodes = this.#nodes;
    for (let node = pixels.near[segments.start[firstSegment]!]!; node <= last; node++) {
      nodes[node] = this.#leftNodes[node]! * kept + this.#rightNodes[node]! * across;
    }
    return nodes;
  }

  /** Adds the pixels above the threshold between two nodes of which one is above it. */
  #addCrossing(
    start: number,
    end: number,
    upper: number,
    lower: number,
    offset: number,
    edges: RunEdges,
  ): void {
    const { fraction } = this.#rows.pixels;
    for (let y = start; y < end; y++) {
      const down = fraction[y]!;
      const value = Math.fround(upper * Math.fround(1 - down) + lower * down);
      if (value > this.#threshold) edges.add(offset + y, offset + y + 1);
    }
  }
}
