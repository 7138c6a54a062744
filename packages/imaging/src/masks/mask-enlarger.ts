import { type EnlargementAxis, enlargementAxis } from './enlargement-axis.js';
import type { MaskRuns } from './mask-runs.js';
import { MixedRows } from './mixed-rows.js';
import { RunEdges } from './run-edges.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a network's small mask becomes a mask of the picture. All sizes are in cells or pixels. */
export interface MaskEnlargement {
  /** The mask as the network gives it: cells of logits. */
  readonly cells: Size;
  /** What it is enlarged to first, such as the network's whole input; null where it becomes pixels at once. */
  readonly nodes: Size | null;
  /** The part of the nodes, or of the cells where there are none, that shows the picture, from the top left. */
  readonly shown: Size;
  /** What the shown part is enlarged to: the picture, or the part of it that the network was given. */
  readonly pixels: Size;
  /** The picture, and where in it the pixels lie. */
  readonly picture: Size;
  readonly x: number;
  readonly y: number;
}

/** Blocks of rows that are all above the threshold, or some of whose cells are. */
const ABOVE = 1;
const MIXED = 2;

/**
 * Enlarges masks of logits bilinearly and takes what lies above a threshold: the same as PyTorch's
 * `interpolate(…, mode='bilinear', align_corners=False)`, once or twice, and `>`. But the enlarged logits never exist.
 *
 * Bilinear values are weighted means, so where all cells around lie above the threshold all pixels do, and where none
 * does, none. Only between is anything computed, and of that only the pixels between two nodes on either side of the
 * threshold. So a mask costs what its border is long, not what the picture is large.
 *
 * One enlarger serves all masks of a picture, one after the other: its buffers are made once.
 */
export class MaskEnlarger {
  readonly #enlargement: MaskEnlargement;
  readonly #columns: EnlargementAxis;
  readonly #rows: EnlargementAxis;
  readonly #mixedRows: MixedRows;
  readonly #isAbove: Uint8Array;
  /** How many cells of each column of cells are above the threshold. */
  readonly #aboveInColumn: Int32Array;
  /** How many cells of each row are above it, within the columns of the present block. */
  readonly #aboveInRow: Uint8Array;
  /** The first row of cells with one above the threshold, and the last. */
  #firstRow = 0;
  #lastRow = -1;
  /** Stretches of blocks, in the present column of blocks, that are all above the threshold or all mixed. */
  readonly #kinds: Uint8Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #edges = new RunEdges();

  constructor(enlargement: MaskEnlargement) {
    const { cells } = enlargement;
    this.#enlargement = enlargement;
    this.#columns = axisAlong('width', enlargement);
    this.#rows = axisAlong('height', enlargement);
    this.#mixedRows = new MixedRows(this.#columns, this.#rows);
    this.#isAbove = new Uint8Array(cells.width * cells.height);
    this.#aboveInColumn = new Int32Array(cells.width);
    this.#aboveInRow = new Uint8Array(cells.height);
    this.#kinds = new Uint8Array(this.#rows.blocks.count);
    this.#starts = new Int32Array(this.#rows.blocks.count);
    this.#ends = new Int32Array(this.#rows.blocks.count);
  }

  /**
   * How many pixels have a logit above the threshold.
   * @param logits row by row, one for each cell
   */
  countAbove(logits: Float32Array, threshold: number): number {
    this.#findRuns(logits, threshold);
    return this.#edges.covered();
  }

  /**
   * The pixels with a logit above the threshold, as a mask of the whole picture.
   * @param logits row by row, one for each cell
   */
  runsAbove(logits: Float32Array, threshold: number): MaskRuns {
    this.#findRuns(logits, threshold);
    const { width, height } = this.#enlargement.picture;
    return { pictureWidth: width, pictureHeight: height, edges: this.#edges.toArray() };
  }

  #findRuns(logits: Float32Array, threshold: number): void {
    if (logits.length !== this.#isAbove.length) {
      throw new RangeError(`expected ${this.#isAbove.length} logits of a mask, got ${logits.length}`);
    }
    // PyTorch compares in single precision.
    const singleThreshold = Math.fround(threshold);
    this.#edges.clear();
    this.#markCells(logits, singleThreshold);
    this.#mixedRows.begin(logits, singleThreshold);
    for (let block = 0; block < this.#columns.blocks.count; block++) {
      if (this.#countInRows(block) > 0) this.#enlargeBlock(block, this.#findStretches(block));
    }
  }

  #markCells(logits: Float32Array, threshold: number): void {
    const isAbove = this.#isAbove.fill(0);
    const aboveInColumn = this.#aboveInColumn.fill(0);
    const width = aboveInColumn.length;
    this.#firstRow = this.#aboveInRow.length;
    this.#lastRow = -1;
    for (let row = 0, at = 0; at < isAbove.length; row++) {
      let aboveInRow = 0;
      for (let x = 0; x < width; x++, at++) {
        if (!(logits[at]! > threshold)) continue;
        isAbove[at] = 1;
        aboveInColumn[x]!++;
        aboveInRow++;
      }
      if (aboveInRow === 0) continue;
      this.#firstRow = Math.min(this.#firstRow, row);
      this.#lastRow = row;
    }
  }

  /** @returns how many cells are above the threshold in the columns of a block */
  #countInRows(block: number): number {
    const { firstCell, lastCell } = this.#columns.blocks;
    const first = firstCell[block]!;
    const last = lastCell[block]!;
    let count = 0;
    for (let x = first; x <= last; x++) count += this.#aboveInColumn[x]!;
    if (count === 0) return 0;
    const isAbove = this.#isAbove;
    const width = this.#aboveInColumn.length;
    for (let row = this.#firstRow; row <= this.#lastRow; row++) {
      let sum = 0;
      for (let x = first; x <= last; x++) sum += isAbove[row * width + x]!;
      this.#aboveInRow[row] = sum;
    }
    return count;
  }

  /**
   * Finds the stretches of a column of blocks that are all above the threshold, or mixed.
   * @returns how many there are
   */
  #findStretches(block: number): number {
    const width = this.#columns.blocks.lastCell[block]! - this.#columns.blocks.firstCell[block]! + 1;
    const { count, firstCell, lastCell } = this.#rows.blocks;
    let stretches = 0;
    for (let row = 0; row < count; row++) {
      const first = Math.max(firstCell[row]!, this.#firstRow);
      const last = Math.min(lastCell[row]!, this.#lastRow);
      let above = 0;
      for (let y = first; y <= last; y++) above += this.#aboveInRow[y]!;
      if (above === 0) continue;
      const kind = above === (lastCell[row]! - firstCell[row]! + 1) * width ? ABOVE : MIXED;
      if (stretches === 0 || this.#ends[stretches - 1] !== row || this.#kinds[stretches - 1] !== kind) {
        this.#kinds[stretches] = kind;
        this.#starts[stretches++] = row;
      }
      this.#ends[stretches - 1] = row + 1;
    }
    return stretches;
  }

  #enlargeBlock(block: number, stretches: number): void {
    const { blocks, segments } = this.#columns;
    for (let segment = blocks.start[block]!; segment < blocks.start[block + 1]!; segment++) {
      this.#prepareMixedRows(segment, stretches);
      for (let x = segments.start[segment]!; x < segments.start[segment + 1]!; x++) {
        this.#enlargeColumn(x, stretches);
      }
    }
  }

  #prepareMixedRows(segment: number, stretches: number): void {
    const { start } = this.#rows.blocks;
    this.#mixedRows.enterColumns(segment);
    for (let i = 0; i < stretches; i++) {
      if (this.#kinds[i] === MIXED) {
        this.#mixedRows.prepare(start[this.#starts[i]!]!, start[this.#ends[i]!]!);
      }
    }
  }

  #enlargeColumn(x: number, stretches: number): void {
    const { blocks, segments } = this.#rows;
    const { picture, x: left, y: top } = this.#enlargement;
    const offset = (left + x) * picture.height + top;
    for (let i = 0; i < stretches; i++) {
      const first = blocks.start[this.#starts[i]!]!;
      const end = blocks.start[this.#ends[i]!]!;
      if (this.#kinds[i] === MIXED) this.#mixedRows.addRuns(x, first, end, offset, this.#edges);
      else this.#edges.add(offset + segments.start[first]!, offset + segments.start[end]!);
    }
  }
}

function axisAlong(
  side: 'width' | 'height',
  { cells, nodes, shown, pixels }: MaskEnlargement,
): EnlargementAxis {
  return enlargementAxis({
    cells: cells[side],
    nodes: nodes?.[side] ?? null,
    shown: shown[side],
    pixels: pixels[side],
  });
}
