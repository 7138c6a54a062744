import { describe, expect, it } from 'vitest';
import { GlyphAtlas } from './glyph-atlas.js';
import { openLabelFont } from './label-font.js';
import { layOutText } from './lay-out-text.js';

const font = await openLabelFont();
const FONT_SIZE = 40;
const glyphsOf = (text: string) => layOutText(font, text, FONT_SIZE, 1e6).glyphs;
const draw = (text: string) => GlyphAtlas.draw(glyphsOf(text), FONT_SIZE / font.unitsPerEm);

describe('letters as pixels', () => {
  it('cover what their outlines do', async () => {
    const [period] = glyphsOf('.');
    const { minX, minY, maxX, maxY } = period!.glyph.path.bbox;
    const scale = FONT_SIZE / font.unitsPerEm;
    const { coverage, x, y } = (await draw('.')).find(period!)!;
    // The period is a square: its area is that of its box.
    const covered = coverage.data.reduce((sum, value) => sum + value / 255, 0);
    expect(covered).toBeCloseTo((maxX - minX) * (maxY - minY) * scale ** 2, 0);
    expect(x).toBe(Math.floor(minX * scale));
    expect(y).toBe(-Math.ceil(maxY * scale));
  });

  it('are drawn once for each quarter of a pixel', async () => {
    const [first] = glyphsOf('a');
    const atlas = await GlyphAtlas.draw(
      [0, 7, 7.25, 13.26].map((x) => ({ ...first!, x })),
      FONT_SIZE / font.unitsPerEm,
    );
    const at = (x: number) => atlas.find({ ...first!, x })!;
    expect(at(7).coverage).toBe(at(0).coverage);
    expect(at(7).x - at(0).x).toBe(7);
    expect(at(13.26).coverage).toBe(at(7.25).coverage);
    expect(at(7.25).coverage.data).not.toEqual(at(7).coverage.data);
    // Rounded up to the next whole pixel.
    expect(at(6.99)).toEqual(at(7));
    expect(at(-1)).toEqual({ ...at(0), x: at(0).x - 1 });
  });

  it('are all there when they take several rows', async () => {
    const text = 'The quick brown fox jumps over the lazy dog 0123456789 ÄÖÜ ÀÉÎ ÇÑ ЖЩЮ ΨΩΞ';
    const atlas = await draw(text);
    for (const placed of glyphsOf(text)) {
      const isSpace = placed.glyph.path.commands.length === 0;
      const drawn = atlas.find(placed);
      if (isSpace) expect(drawn).toBeNull();
      else expect(Math.max(...drawn!.coverage.data)).toBe(255);
    }
  });

  it('are none for spaces', async () => {
    expect((await draw('a b')).find(glyphsOf('a b')[1]!)).toBeNull();
  });
});
