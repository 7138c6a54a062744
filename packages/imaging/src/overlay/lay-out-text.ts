import type { Font, Glyph } from 'fontkit';

/** A letter at its place on a line of text; in pixels from the line's start, y upwards from where letters stand. */
export interface PlacedGlyph {
  readonly glyph: Glyph;
  readonly x: number;
  readonly y: number;
}

export interface TextLine {
  readonly glyphs: readonly PlacedGlyph[];
  readonly width: number;
}

/** No label shows more, however small its letters. */
const MAX_CHARACTERS = 200;

/** Words of scripts that run from right to left, with the spaces between them. */
const RIGHT_TO_LEFT =
  /((?:[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]\p{M}*)+(?:\s+(?:[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]\p{M}*)+)*)/u;

/**
 * Puts the letters of a text on one line, left to right, and cuts it with an ellipsis where it is longer than
 * `maxWidth`. Characters that the font lacks become boxes; those that show nothing are left out.
 */
export function layOutText(font: Font, text: string, fontSize: number, maxWidth: number): TextLine {
  const line = placeGlyphs(font, printable(text), fontSize);
  if (line.width <= maxWidth) return line;
  const ellipsis = placeGlyphs(font, '…', fontSize);
  const room = maxWidth - ellipsis.width;
  if (room < 0) return { glyphs: [], width: 0 };
  const cut = line.ends.findIndex((end) => end > room);
  const glyphs = line.glyphs.slice(0, cut);
  const width = line.ends[cut - 1] ?? 0;
  return {
    glyphs: [...glyphs, ...ellipsis.glyphs.map((placed) => ({ ...placed, x: placed.x + width }))],
    width: width + ellipsis.width,
  };
}

function printable(text: string): string {
  return text.slice(0, MAX_CHARACTERS).normalize('NFC').replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
}

interface MeasuredLine extends TextLine {
  /** Where each glyph ends. */
  readonly ends: readonly number[];
}

function placeGlyphs(font: Font, text: string, fontSize: number): MeasuredLine {
  const scale = fontSize / font.unitsPerEm;
  const glyphs: PlacedGlyph[] = [];
  const ends: number[] = [];
  let width = 0;
  // The font library turns around a whole text that begins from right to left, with the numbers in it.
  for (const part of text.split(RIGHT_TO_LEFT)) {
    const run = font.layout(part);
    run.glyphs.forEach((glyph, i) => {
      const { xAdvance, xOffset, yOffset } = run.positions[i]!;
      glyphs.push({ glyph, x: width + xOffset * scale, y: yOffset * scale });
      width += xAdvance * scale;
      ends.push(width);
    });
  }
  return { glyphs, width, ends };
}
