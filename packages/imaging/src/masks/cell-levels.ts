import type { EnlargementAxis } from './enlargement-axis.js';
import { LevelSpans, MIXED } from './level-spans.js';
import { levelOf, type MaskThresholds } from './mask-levels.js';

/** Levels are one byte each; so many are looked at together. */
const LEVELS_PER_WORD = 4;

/**
 * Which thresholds the cells of a mask lie above, and for each column of blocks which blocks have one level. Only this
 * looks at all cells; most of a mask is told by it, and nothing but the spans that are mixed is computed.
 */
export class CellLevels {
  readonly #columns: EnlargementAxis;
  readonly #rows: EnlargementAxis;
  /** Column by column, each filled up to whole words; as bytes, and as words. */
  readonly #levels: Uint8Array;
  readonly #words: Uint32Array;
  readonly #wordsPerColumn: number;
  /** Of each row, within the present column of blocks: what one cell at least lies above, and what all do. */
  readonly #any: Uint8Array;
  readonly #all: Uint8Array;
  readonly #anyWords: Uint32Array;
  readonly #allWords: Uint32Array;
  /** Where cells lie above a threshold. */
  #firstColumn = 0;
  #lastColumn = -1;
  #firstRow = 0;
  #lastRow = -1;

  /** In blocks: the spans of the present column of blocks in which something lies above a threshold. */
  readonly spans: LevelSpans;

  constructor(columns: EnlargementAxis, rows: EnlargementAxis) {
    this.#columns = columns;
    this.#rows = rows;
    this.#wordsPerColumn = Math.ceil(rows.cells / LEVELS_PER_WORD);
    this.#words = new Uint32Array(columns.cells * this.#wordsPerColumn);
    this.#levels = new Uint8Array(this.#words.buffer);
    this.#anyWords = new Uint32Array(this.#wordsPerColumn);
    this.#allWords = new Uint32Array(this.#wordsPerColumn);
    this.#any = new Uint8Array(this.#anyWords.buffer);
    this.#all = new Uint8Array(this.#allWords.buffer);
    this.spans = new LevelSpans(rows.blocks.count);
  }

  /** @param logits row by row, one for each cell @throws RangeError when there are more or fewer */
  mark(logits: Float32Array, thresholds: MaskThresholds): void {
    const { cells: width } = this.#columns;
    const { cells: height } = this.#rows;
    if (logits.length !== width * height) {
      throw new RangeError(`expected ${width * height} logits of a mask, got ${logits.length}`);
    }
    this.#forget();
    const levels = this.#levels.fill(0);
    const columnLength = this.#wordsPerColumn * LEVELS_PER_WORD;
    const { low } = thresholds;
    const shownColumns = this.#columns.blocks.lastCell.at(-1)! + 1;
    const shownRows = this.#rows.blocks.lastCell.at(-1)! + 1;
    let firstColumn = width;
    let lastColumn = -1;
    for (let row = 0; row < shownRows; row++) {
      const start = row * width;
      let lastInRow = -1;
      for (let x = 0; x < shownColumns; x++) {
        const value = logits[start + x]!;
        if (!(value > low)) continue;
        levels[x * columnLength + row] = levelOf(value, thresholds);
        if (x < firstColumn) firstColumn = x;
        lastInRow = x;
      }
      if (lastInRow < 0) continue;
      if (lastInRow > lastColumn) lastColumn = lastInRow;
      if (this.#lastRow < 0) this.#firstRow = row;
      this.#lastRow = row;
    }
    this.#firstColumn = firstColumn;
    this.#lastColumn = lastColumn;
  }

  #forget(): void {
    this.#anyWords.fill(0);
    this.#allWords.fill(0);
    this.#firstRow = 0;
    this.#lastRow = -1;
  }

  /** Goes on to a column of blocks and finds its spans. */
  enterColumn(block: number): void {
    this.spans.clear();
    const first = this.#columns.blocks.firstCell[block]!;
    const last = this.#columns.blocks.lastCell[block]!;
    if (last < this.#firstColumn || first > this.#lastColumn) return;
    this.#gatherRows(first, last);
    this.#findSpans();
  }

  #gatherRows(firstColumn: number, lastColumn: number): void {
    const words = this.#words;
    const wordsPerColumn = this.#wordsPerColumn;
    const lastWord = Math.floor(this.#lastRow / LEVELS_PER_WORD);
    for (let word = Math.floor(this.#firstRow / LEVELS_PER_WORD); word <= lastWord; word++) {
      const end = lastColumn * wordsPerColumn + word;
      let any = words[end]!;
      let all = any;
      for (let at = firstColumn * wordsPerColumn + word; at < end; at += wordsPerColumn) {
        any |= words[at]!;
        all &= words[at]!;
      }
      this.#anyWords[word] = any;
      this.#allWords[word] = all;
    }
  }

  #findSpans(): void {
    const { count, firstCell, lastCell } = this.#rows.blocks;
    for (let block = 0; block < count && firstCell[block]! <= this.#lastRow; block++) {
      if (lastCell[block]! < this.#firstRow) continue;
      const kind = this.#kindOf(firstCell[block]!, lastCell[block]!);
      if (kind !== 0) this.spans.join(kind, block, block + 1);
    }
  }

  #kindOf(firstRow: number, lastRow: number): number {
    let any = this.#any[lastRow]!;
    let all = this.#all[lastRow]!;
    for (let row = firstRow; row < lastRow; row++) {
      any |= this.#any[row]!;
      all &= this.#all[row]!;
    }
    return any === all ? any : MIXED;
  }
}
