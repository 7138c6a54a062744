import type { EnlargementTaps } from './enlargement-taps.js';
import type { LogitRow } from './logit-rows.js';

interface Run {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the class of every pixel between four cells of the grid in which not the same class is largest. Its buffers
 * are made once and used for cell after cell.
 */
export class MixedCell {
  /** The classes that can be largest anywhere in the cell, by rising id; the first `candidateCount` count. */
  private readonly candidates: Int32Array;
  private candidateCount = 0;
  /** The candidates' logits on the present row, at the cell's left end and from there to its right end. */
  private readonly leftValues: Float64Array;
  private readonly rises: Float64Array;
  private readonly largest: Float64Array;

  constructor(
    private readonly classes: number,
    private readonly columnTaps: EnlargementTaps,
    private readonly rowTaps: EnlargementTaps,
    private readonly classIds: Uint8Array | Uint16Array,
    private readonly outWidth: number,
  ) {
    this.candidates = new Int32Array(classes);
    this.leftValues = new Float64Array(classes);
    this.rises = new Float64Array(classes);
    this.largest = new Float64Array(outWidth);
  }

  /**
   * @param upper the grid's row above the pixels
   * @param lower the grid's row below them
   * @param rows of the output, all between `upper` and `lower`
   * @param columns of the output, all between the same two cells
   */
  evaluate(upper: LogitRow, lower: LogitRow, rows: Run, columns: Run): void {
    const left = this.columnTaps.near[columns.start]!;
    const right = this.columnTaps.far[columns.start]!;
    this.findCandidates(upper, lower, left, right);
    for (let y = rows.start; y < rows.end; y++) {
      this.enlargeAlongRows(upper.values, lower.values, left, right, this.rowTaps.fraction[y]!);
      const out = y * this.outWidth;
      const first = this.classAt(columns.start);
      // Along the row the values are straight lines: what is largest at both ends is largest between them.
      if (first === this.classAt(columns.end - 1)) {
        this.classIds.fill(first, out + columns.start, out + columns.end);
      } else {
        this.evaluateRow(out, columns);
      }
    }
  }

  /** Leaves out the classes that one of the corners' winners exceeds at all four corners, so everywhere between. */
  private findCandidates(upper: LogitRow, lower: LogitRow, left: number, right: number): void {
    const winners = [upper.argmax[left]!, upper.argmax[right]!, lower.argmax[left]!, lower.argmax[right]!];
    const leftAt = left * this.classes;
    const rightAt = right * this.classes;
    let count = 0;
    for (let id = 0; id < this.classes; id++) {
      let isExceeded = false;
      for (let w = 0; w < 4 && !isExceeded; w++) {
        const winner = winners[w]!;
        isExceeded =
          exceeds(upper.values, leftAt, winner, id) &&
          exceeds(upper.values, rightAt, winner, id) &&
          exceeds(lower.values, leftAt, winner, id) &&
          exceeds(lower.values, rightAt, winner, id);
      }
      if (!isExceeded) this.candidates[count++] = id;
    }
    this.candidateCount = count;
  }

  private enlargeAlongRows(
    upper: Float32Array,
    lower: Float32Array,
    left: number,
    right: number,
    fraction: number,
  ): void {
    for (let c = 0; c < this.candidateCount; c++) {
      const leftAt = left * this.classes + this.candidates[c]!;
      const rightAt = right * this.classes + this.candidates[c]!;
      const leftValue = upper[leftAt]! * (1 - fraction) + lower[leftAt]! * fraction;
      const rightValue = upper[rightAt]! * (1 - fraction) + lower[rightAt]! * fraction;
      this.leftValues[c] = leftValue;
      this.rises[c] = rightValue - leftValue;
    }
  }

  private classAt(x: number): number {
    const fraction = this.columnTaps.fraction[x]!;
    let best = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < this.candidateCount; c++) {
      const value = this.leftValues[c]! + this.rises[c]! * fraction;
      if (value > largest) {
        largest = value;
        best = c;
      }
    }
    return this.candidates[best]!;
  }

  private evaluateRow(out: number, columns: Run): void {
    const { classIds, largest } = this;
    const { fraction } = this.columnTaps;
    for (let c = 0; c < this.candidateCount; c++) {
      const id = this.candidates[c]!;
      const leftValue = this.leftValues[c]!;
      const rise = this.rises[c]!;
      for (let x = columns.start; x < columns.end; x++) {
        const value = leftValue + rise * fraction[x]!;
        if (c > 0 && value <= largest[x]!) continue;
        largest[x] = value;
        classIds[out + x] = id;
      }
    }
  }
}

/** Whether class `winner` comes before class `id` in one cell: larger, or equal with a lower id. */
function exceeds(values: Float32Array, cellAt: number, winner: number, id: number): boolean {
  const difference = values[cellAt + winner]! - values[cellAt + id]!;
  return difference > 0 || (difference === 0 && winner < id);
}
