import type { Glyph } from 'fontkit';
import sharp from 'sharp';
import type { Coverage } from './canvas.js';
import type { PlacedGlyph } from './lay-out-text.js';

/** Letters stand at quarters of a pixel: at whole ones the gaps between small letters look uneven. */
const STEPS_PER_PIXEL = 4;

const ATLAS_WIDTH = 1024;

/** A letter as pixels, and where they lie from the start of its line: y downwards from where letters stand. */
export interface DrawnGlyph {
  readonly coverage: Coverage;
  readonly x: number;
  readonly y: number;
}

/** A letter's place in the picture that all of them are drawn on together. */
interface Cell {
  readonly glyph: Glyph;
  /** From the cell's corner to the point where the letter stands. */
  readonly originX: number;
  readonly originY: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

/**
 * Letters drawn as pixels, each once however often it occurs: drawing an outline takes far longer than copying
 * pixels, and hundreds of labels share a few dozen letters.
 */
export class GlyphAtlas {
  readonly #cells: ReadonlyMap<number, Cell>;
  readonly #coverages: ReadonlyMap<number, Coverage>;

  private constructor(cells: ReadonlyMap<number, Cell>, coverages: ReadonlyMap<number, Coverage>) {
    this.#cells = cells;
    this.#coverages = coverages;
  }

  /** @param scale pixels per unit of the font */
  static async draw(glyphs: Iterable<PlacedGlyph>, scale: number): Promise<GlyphAtlas> {
    const cells = arrangeCells(glyphs, scale);
    return new GlyphAtlas(cells, await drawCells(cells, scale));
  }

  /** A letter's pixels; null when it shows nothing, like a space. */
  find({ glyph, x, y }: PlacedGlyph): DrawnGlyph | null {
    const key = keyOf(glyph, x);
    const cell = this.#cells.get(key);
    const coverage = this.#coverages.get(key);
    if (!cell || !coverage) return null;
    const wholeX = Math.floor(stepsOf(x) / STEPS_PER_PIXEL);
    return { coverage, x: wholeX - Math.floor(cell.originX), y: -Math.round(y) - cell.originY };
  }
}

function arrangeCells(glyphs: Iterable<PlacedGlyph>, scale: number): Map<number, Cell> {
  const cells = new Map<number, Cell>();
  let [left, top, rowHeight] = [0, 0, 0];
  for (const { glyph, x } of glyphs) {
    const key = keyOf(glyph, x);
    if (cells.has(key) || glyph.path.commands.length === 0) continue;
    const { minX, minY, maxX, maxY } = glyph.path.bbox;
    const fraction = (key % STEPS_PER_PIXEL) / STEPS_PER_PIXEL;
    const originX = fraction - Math.floor(minX * scale);
    const originY = Math.ceil(maxY * scale);
    const width = Math.ceil(maxX * scale + originX);
    const height = originY - Math.floor(minY * scale);
    if (left + width > ATLAS_WIDTH) [left, top, rowHeight] = [0, top + rowHeight, 0];
    cells.set(key, { glyph, originX, originY, width, height, left, top });
    left += width;
    rowHeight = Math.max(rowHeight, height);
  }
  return cells;
}

async function drawCells(cells: ReadonlyMap<number, Cell>, scale: number): Promise<Map<number, Coverage>> {
  const coverages = new Map<number, Coverage>();
  if (cells.size === 0) return coverages;
  const paths: string[] = [];
  let [width, height] = [0, 0];
  for (const { glyph, ...cell } of cells.values()) {
    const place = `${cell.left + cell.originX},${cell.top + cell.originY}`;
    paths.push(`<path transform="translate(${place}) scale(${scale},${-scale})" d="${glyph.path.toSVG()}"/>`);
    width = Math.max(width, cell.left + cell.width);
    height = Math.max(height, cell.top + cell.height);
  }
  const atlas = await rasterize(paths.join(''), width, height);
  for (const [key, cell] of cells) {
    const data = new Uint8Array(cell.width * cell.height);
    for (let row = 0; row < cell.height; row++) {
      const start = (cell.top + row) * width + cell.left;
      data.set(atlas.subarray(start, start + cell.width), row * cell.width);
    }
    coverages.set(key, { width: cell.width, height: cell.height, data });
  }
  return coverages;
}

/** How much of each pixel the outlines cover. */
async function rasterize(paths: string, width: number, height: number): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${paths}</svg>`;
  return sharp(Buffer.from(svg), { limitInputPixels: false, unlimited: true })
    .extractChannel('alpha')
    .raw()
    .toBuffer();
}

function stepsOf(x: number): number {
  return Math.round(x * STEPS_PER_PIXEL);
}

function keyOf(glyph: Glyph, x: number): number {
  const step = ((stepsOf(x) % STEPS_PER_PIXEL) + STEPS_PER_PIXEL) % STEPS_PER_PIXEL;
  return glyph.id * STEPS_PER_PIXEL + step;
}
