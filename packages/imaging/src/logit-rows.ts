import type { Logits } from './logits.js';

/** One row of the grid: its logits, the classes of a cell side by side, and the largest class of each cell. */
export interface LogitRow {
  readonly values: Float32Array;
  readonly argmax: Int32Array;
}

/** Reads rows of the grid as they are needed. Any row and the next are held at the same time, not more. */
export class LogitRows {
  private readonly buffers: readonly [LogitRow, LogitRow];
  private readonly heldRows = [-1, -1];

  /** @throws RangeError when the data doesn't hold the logits that its sizes say */
  constructor(private readonly logits: Logits) {
    const { data, classes, height, width } = logits;
    if (data.length !== classes * height * width) {
      throw new RangeError(
        `expected ${classes} × ${height} × ${width} = ${classes * height * width} logits, got ${data.length}`,
      );
    }
    const newRow = () => ({ values: new Float32Array(width * classes), argmax: new Int32Array(width) });
    this.buffers = [newRow(), newRow()];
  }

  /** The row stays as it is until another row of the same parity is asked for. */
  at(y: number): LogitRow {
    const row = this.buffers[y & 1]!;
    if (this.heldRows[y & 1] === y) return row;
    this.heldRows[y & 1] = y;
    this.readValues(y, row.values);
    findArgmax(row, this.logits.classes);
    return row;
  }

  private readValues(y: number, values: Float32Array): void {
    const { data, classes, height, width, layout } = this.logits;
    if (layout === 'hwc') {
      values.set(data.subarray(y * width * classes, (y + 1) * width * classes));
      return;
    }
    for (let classId = 0; classId < classes; classId++) {
      const from = (classId * height + y) * width;
      for (let x = 0; x < width; x++) values[x * classes + classId] = data[from + x]!;
    }
  }
}

function findArgmax({ values, argmax }: LogitRow, classes: number): void {
  for (let x = 0, at = 0; x < argmax.length; x++) {
    let best = 0;
    let largest = values[at++]!;
    for (let classId = 1; classId < classes; classId++) {
      const value = values[at++]!;
      if (value > largest) {
        largest = value;
        best = classId;
      }
    }
    argmax[x] = best;
  }
}
