import type { EnlargementAxis } from './enlargement-axis.js';
import { LevelSpans, MIXED } from './level-spans.js';
import { ABOVE_HIGH, ABOVE_LOW, ABOVE_MIDDLE, type MaskThresholds } from './mask-levels.js';
import { NodeColumn } from './node-column.js';
import type { RunEdges } from './run-edges.js';

const NO_THRESHOLDS: MaskThresholds = { low: 0, middle: 0, high: 0 };

/**
 * The columns of pixels between two columns of nodes, as spans from top to bottom: those whose pixels are all on one
 * level, and those between two rows of nodes, that are mixed. Only in the mixed ones pixels are computed.
 */
export class ColumnSpans {
  readonly #columns: EnlargementAxis;
  readonly #rows: EnlargementAxis;
  #logits: Float32Array = new Float32Array(0);
  #thresholds = NO_THRESHOLDS;
  /** The nodes left and right of the present columns. */
  #left: NodeColumn;
  #right: NodeColumn;
  /** In rows of pixels. */
  readonly #spans: LevelSpans;
  /** How many pixels of all columns lie above the lowest threshold, and the highest. */
  aboveLow = 0;
  aboveHigh = 0;

  constructor(columns: EnlargementAxis, rows: EnlargementAxis) {
    this.#columns = columns;
    this.#rows = rows;
    this.#left = new NodeColumn(columns, rows);
    this.#right = new NodeColumn(columns, rows);
    this.#spans = new LevelSpans(rows.segments.count);
  }

  begin(logits: Float32Array, thresholds: MaskThresholds): void {
    this.#logits = logits;
    this.#thresholds = thresholds;
    this.aboveLow = 0;
    this.aboveHigh = 0;
  }

  /** Goes on to another column of blocks: nodes were computed only within the spans of the last. */
  enterBlock(): void {
    this.#left.column = -1;
    this.#right.column = -1;
  }

  /** Goes on to the pixels of a segment of columns. @param blockSpans in blocks, where something lies above a threshold */
  enterSegment(segment: number, blockSpans: LevelSpans): void {
    const { segments, pixels } = this.#columns;
    const x = segments.start[segment]!;
    const columns = segments.start[segment + 1]! - x;
    this.#computeNodes(pixels.near[x]!, pixels.far[x]!, blockSpans);
    this.#spans.clear();
    const { blocks } = this.#rows;
    for (let i = 0; i < blockSpans.count; i++) {
      const first = blocks.start[blockSpans.starts[i]!]!;
      const end = blocks.start[blockSpans.ends[i]!]!;
      const kind = blockSpans.kinds[i]!;
      if (kind === MIXED) this.#addBetweenNodes(first, end, columns);
      else this.#addAlike(kind, this.#rows.segments.start[first]!, this.#rows.segments.start[end]!, columns);
    }
  }

  #computeNodes(left: number, right: number, blockSpans: LevelSpans): void {
    if (this.#right.column === left) [this.#left, this.#right] = [this.#right, this.#left];
    if (this.#left.column !== left) this.#computeColumn(this.#left, left, blockSpans);
    this.#computeColumn(this.#right, right, blockSpans);
  }

  #computeColumn(nodes: NodeColumn, column: number, blockSpans: LevelSpans): void {
    const { blocks, segments, pixels } = this.#rows;
    nodes.column = column;
    for (let i = 0; i < blockSpans.count; i++) {
      if (blockSpans.kinds[i] !== MIXED) continue;
      const firstSegment = blocks.start[blockSpans.starts[i]!]!;
      const lastSegment = blocks.start[blockSpans.ends[i]!]! - 1;
      const first = pixels.near[segments.start[firstSegment]!]!;
      const last = pixels.far[segments.start[lastSegment]!]!;
      nodes.compute(this.#logits, this.#thresholds, first, last);
    }
  }

  #addBetweenNodes(firstSegment: number, endSegment: number, columns: number): void {
    const { segments, pixels } = this.#rows;
    const left = this.#left.levels;
    const right = this.#right.levels;
    for (let segment = firstSegment; segment < endSegment; segment++) {
      const start = segments.start[segment]!;
      const upper = pixels.near[start]!;
      const lower = pixels.far[start]!;
      const any = left[upper]! | right[upper]! | left[lower]! | right[lower]!;
      if (any === 0) continue;
      const all = left[upper]! & right[upper]! & left[lower]! & right[lower]!;
      const end = segments.start[segment + 1]!;
      if (any === all) this.#addAlike(any, start, end, columns);
      else this.#spans.append(MIXED, start, end);
    }
  }

  #addAlike(level: number, start: number, end: number, columns: number): void {
    if ((level & ABOVE_LOW) !== 0) this.aboveLow += (end - start) * columns;
    if ((level & ABOVE_HIGH) !== 0) this.aboveHigh += (end - start) * columns;
    this.#spans.join(level, start, end);
  }

  /**
   * Adds the runs above the middle threshold in a column of pixels.
   * @param offset what to add to a row to get its position in the picture
   */
  addRuns(x: number, offset: number, edges: RunEdges): void {
    const { near, far } = this.#rows.pixels;
    const left = this.#left.values;
    const right = this.#right.values;
    const across = this.#columns.pixels.fraction[x]!;
    const kept = this.#columns.pixels.kept[x]!;
    const { low } = this.#thresholds;
    const { starts, ends, kinds, count } = this.#spans;
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      const kind = kinds[i]!;
      if (kind !== MIXED) {
        if ((kind & ABOVE_MIDDLE) !== 0) edges.add(offset + start, offset + ends[i]!);
        continue;
      }
      const upper = Math.fround(left[near[start]!]! * kept + right[near[start]!]! * across);
      const lower = Math.fround(left[far[start]!]! * kept + right[far[start]!]! * across);
      if (upper > low || lower > low) this.#addBetween(upper, lower, start, ends[i]!, offset, edges);
    }
  }

  /** Adds the pixels between two nodes of a column, one of which at least is above a threshold. */
  #addBetween(upper: number, lower: number, start: number, end: number, offset: number, edges: RunEdges) {
    const { fraction, kept } = this.#rows.pixels;
    const { low, middle, high } = this.#thresholds;
    let aboveLow = 0;
    let aboveHigh = 0;
    let runStart = -1;
    for (let y = start; y < end; y++) {
      const value = Math.fround(upper * kept[y]! + lower * fraction[y]!);
      if (value > low) aboveLow++;
      if (value > high) aboveHigh++;
      if (value > middle) {
        if (runStart < 0) runStart = y;
      } else if (runStart >= 0) {
        edges.add(offset + runStart, offset + y);
        runStart = -1;
      }
    }
    if (runStart >= 0) edges.add(offset + runStart, offset + end);
    this.aboveLow += aboveLow;
    this.aboveHigh += aboveHigh;
  }
}
