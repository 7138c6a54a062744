import { describe, expect, it } from 'vitest';
import { openLabelFont } from './label-font.js';
import { layOutText } from './lay-out-text.js';

const font = await openLabelFont();
const layOut = (text: string, maxWidth = 1000) => layOutText(font, text, 16, maxWidth);
const glyphIds = (text: string, maxWidth?: number) =>
  layOut(text, maxWidth).glyphs.map(({ glyph }) => glyph.id);
const idOf = (character: string) => font.glyphForCodePoint(character.codePointAt(0)!).id;
const idsOf = (text: string) => [...text].map(idOf);

describe('a line of text', () => {
  it('has its letters from left to right', () => {
    const { glyphs, width } = layOut('cat 0.98');
    expect(glyphs.map(({ glyph }) => glyph.id)).toEqual(idsOf('cat 0.98'));
    const starts = glyphs.map(({ x }) => x);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBe(0);
    expect(width).toBeGreaterThan(starts.at(-1)!);
  });

  it.each(['кошка', 'γάτα', 'Łódź', 'čeština', 'Übergröße'])('has all letters of %s', (text) => {
    expect(glyphIds(text)).toEqual(idsOf(text));
    expect(glyphIds(text)).not.toContain(0);
  });

  it('turns words around that run from right to left, and leaves the numbers behind them as they are', () => {
    const words = [...idsOf('חתול שחור')].toReversed();
    expect(glyphIds('חתול שחור 0.87')).toEqual([...words, ...idsOf(' 0.87')]);
  });

  it('has a box for each character that the font lacks', () => {
    expect(glyphIds('猫 0.5')).toEqual([0, ...idsOf(' 0.5')]);
    expect(layOut('猫').glyphs[0]!.glyph.path.commands.length).toBeGreaterThan(0);
  });

  it('leaves out what shows nothing', () => {
    expect(glyphIds('  a\u0000\u200db\ud800\n\tc ')).toEqual(idsOf('ab c'));
    expect(layOut(' \n\u200b')).toMatchObject({ glyphs: [], width: 0 });
  });

  it('is cut with an ellipsis where it is too long', () => {
    const { glyphs, width } = layOut('a label that goes on and on', 100);
    expect(width).toBeLessThanOrEqual(100);
    expect(width).toBeGreaterThan(80);
    expect(glyphs.at(-1)!.glyph.id).toBe(idOf('…'));
    expect(glyphs.map(({ glyph }) => glyph.id).slice(0, 5)).toEqual(idsOf('a lab'));
  });

  it('is an ellipsis alone where nothing else fits, and empty where not even that does', () => {
    expect(glyphIds('mmmm', layOut('…').width)).toEqual(idsOf('…'));
    expect(layOut('mmmm', 3)).toEqual({ glyphs: [], width: 0 });
    expect(layOut('mmmm', -5)).toEqual({ glyphs: [], width: 0 });
  });

  it('does not read a text of millions of characters', () => {
    expect(layOut('ab'.repeat(1e6), 1e9).glyphs.length).toBeLessThanOrEqual(200);
  });
});
