import { CellLevels } from './cell-levels.js';
import { ColumnSpans } from './column-spans.js';
import { type EnlargementAxis, enlargementAxis } from './enlargement-axis.js';
import { type MaskThresholds, singlePrecision } from './mask-levels.js';
import type { MaskRuns } from './mask-runs.js';
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

/** What became of a mask at three thresholds. */
export interface EnlargedMask {
  /** How many pixels have a logit above the lowest threshold, and how many above the highest. */
  readonly aboveLow: number;
  readonly aboveHigh: number;
  /** The pixels above the middle one, as a mask of the whole picture. To be asked for before the next mask is enlarged. */
  runs(): MaskRuns;
}

/**
 * Enlarges masks of logits bilinearly and takes what lies above thresholds: the same as PyTorch's
 * `interpolate(…, mode='bilinear', align_corners=False)`, once or twice, and `>`. But the enlarged logits never exist.
 *
 * Bilinear values are weighted means, so where all cells around lie above a threshold all pixels do, and where none
 * does, none. Only between are nodes computed, and only where four nodes lie on both sides of a threshold are pixels.
 * So a mask costs what its border is long, not what the picture is large.
 *
 * One enlarger serves all masks of a picture, one after the other: its buffers are made once.
 */
export class MaskEnlarger {
  readonly #enlargement: MaskEnlargement;
  readonly #columns: EnlargementAxis;
  readonly #cells: CellLevels;
  readonly #spans: ColumnSpans;
  readonly #edges = new RunEdges();

  constructor(enlargement: MaskEnlargement) {
    this.#enlargement = enlargement;
    this.#columns = axisAlong('width', enlargement);
    const rows = axisAlong('height', enlargement);
    this.#cells = new CellLevels(this.#columns, rows);
    this.#spans = new ColumnSpans(this.#columns, rows);
  }

  /**
   * Enlarges a mask once and compares it with all thresholds.
   * @param logits row by row, one for each cell
   */
  enlarge(logits: Float32Array, thresholds: MaskThresholds): EnlargedMask {
    const single = singlePrecision(thresholds);
    this.#edges.clear();
    this.#cells.mark(logits, single);
    this.#spans.begin(logits, single);
    for (let block = 0; block < this.#columns.blocks.count; block++) {
      this.#cells.enterColumn(block);
      if (this.#cells.spans.count > 0) this.#enlargeBlock(block);
    }
    const { aboveLow, aboveHigh } = this.#spans;
    return { aboveLow, aboveHigh, runs: () => this.#takeRuns() };
  }

  /**
   * The pixels with a logit above a threshold, as a mask of the whole picture.
   * @param logits row by row, one for each cell
   */
  runsAbove(logits: Float32Array, threshold: number): MaskRuns {
    return this.enlarge(logits, { low: threshold, middle: threshold, high: threshold }).runs();
  }

  #takeRuns(): MaskRuns {
    const { width, height } = this.#enlargement.picture;
    return { pictureWidth: width, pictureHeight: height, edges: this.#edges.toArray() };
  }

  #enlargeBlock(block: number): void {
    const { blocks, segments } = this.#columns;
    const { picture, x: left, y: top } = this.#enlargement;
    this.#spans.enterBlock();
    for (let segment = blocks.start[block]!; segment < blocks.start[block + 1]!; segment++) {
      this.#spans.enterSegment(segment, this.#cells.spans);
      for (let x = segments.start[segment]!; x < segments.start[segment + 1]!; x++) {
        this.#spans.addRuns(x, (left + x) * picture.height + top, this.#edges);
      }
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
