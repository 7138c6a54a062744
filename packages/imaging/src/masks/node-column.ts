import type { EnlargementAxis } from './enlargement-axis.js';
import { levelOf, type MaskThresholds } from './mask-levels.js';

/** The values of a column of nodes, in the rows that are asked for, and which thresholds they lie above. */
export class NodeColumn {
  readonly values: Float32Array;
  readonly levels: Uint8Array;
  /** Which column it is; −1 where it is none yet. */
  column = -1;
  readonly #columns: EnlargementAxis;
  readonly #rows: EnlargementAxis;
  /** A column of cells, enlarged along the rows to a column of nodes. */
  readonly #cells: Float32Array;

  constructor(columns: EnlargementAxis, rows: EnlargementAxis) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = new Float32Array(rows.cells);
    this.values = new Float32Array(rows.nodes.near.length);
    this.levels = new Uint8Array(rows.nodes.near.length);
  }

  /** Computes a stretch of the present column. Adds up in PyTorch's order, and rounds to single precision where it stores. */
  compute(logits: Float32Array, thresholds: MaskThresholds, firstNode: number, lastNode: number): void {
    const { near, far, fraction, kept } = this.#rows.nodes;
    const {
      cells: enlarged,
      values,
      levels,
    } = { cells: this.#cells, values: this.values, levels: this.levels };
    this.#enlargeCells(logits, near[firstNode]!, far[lastNode]!);
    for (let node = firstNode; node <= lastNode; node++) {
      const value = Math.fround(
        enlarged[near[node]!]! * kept[node]! + enlarged[far[node]!]! * fraction[node]!,
      );
      values[node] = value;
      levels[node] = levelOf(value, thresholds);
    }
  }

  #enlargeCells(logits: Float32Array, firstRow: number, lastRow: number): void {
    const enlarged = this.#cells;
    const { cells: width, nodes } = this.#columns;
    const across = nodes.fraction[this.column]!;
    const kept = nodes.kept[this.column]!;
    let left = firstRow * width + nodes.near[this.column]!;
    let right = firstRow * width + nodes.far[this.column]!;
    for (let row = firstRow; row <= lastRow; row++, left += width, right += width) {
      enlarged[row] = logits[left]! * kept + logits[right]! * across;
    }
  }
}
