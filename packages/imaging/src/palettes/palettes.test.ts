import { describe, expect, it } from 'vitest';
import { ADE20K_COLORS } from './ade20k.js';
import { CITYSCAPES_COLORS } from './cityscapes.js';
import { COCO_COLORS } from './coco.js';
import { type Color, formatColor, lumaOf, parseColor } from './color.js';
import { distinctColor } from './distinct-color.js';
import { PALETTE_NAMES, paletteColor } from './palettes.js';

function distance(a: Color, b: Color): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe('published palettes', () => {
  it('are complete', () => {
    expect([ADE20K_COLORS, CITYSCAPES_COLORS, COCO_COLORS].map((colors) => colors.length)).toEqual([
      150, 19, 133,
    ]);
  });

  it.each([
    ['pascal-voc', 0, '#000000'],
    ['pascal-voc', 1, '#800000'],
    ['pascal-voc', 8, '#400000'],
    ['pascal-voc', 15, '#c08080'],
    ['pascal-voc', 20, '#004080'],
    ['pascal-voc', 255, '#e0e0c0'],
    ['ade20k', 0, '#787878'],
    ['ade20k', 2, '#06e6e6'],
    ['ade20k', 149, '#5c00ff'],
    ['cityscapes', 0, '#804080'],
    ['cityscapes', 10, '#4682b4'],
    ['cityscapes', 18, '#770b20'],
    ['coco', 0, '#dc143c'],
    ['coco', 79, '#bfa2d0'],
    ['coco', 80, '#ffff80'],
    ['coco', 132, '#fa8dff'],
  ] as const)('have their known colours: %s %i is %s', (name, classId, color) => {
    expect(formatColor(paletteColor(name, classId))).toBe(color);
  });

  it.each(PALETTE_NAMES)('go on with distinct colours beyond their end: %s', (name) => {
    expect(paletteColor(name, 1000)).toEqual(distinctColor(1000));
  });
});

describe('distinct colours', () => {
  it('are far from each other, and from black and white', () => {
    const colors = Array.from({ length: 24 }, (_, index) => distinctColor(index));
    for (const [index, color] of colors.entries()) {
      for (const other of colors.slice(0, index)) expect(distance(color, other)).toBeGreaterThan(40);
      expect(lumaOf(color)).toBeGreaterThan(60);
      expect(lumaOf(color)).toBeLessThan(230);
    }
  });

  it('are whole numbers from 0 to 255 at any index', () => {
    for (const index of [0, 7, 255, 65_535]) {
      for (const value of distinctColor(index)) {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(255);
      }
    }
  });
});

describe('colours as text', () => {
  it('are read and written as #rrggbb', () => {
    expect(parseColor('#FF8001')).toEqual([255, 128, 1]);
    expect(formatColor([0, 10, 255])).toBe('#000aff');
  });

  it.each(['ff8000', '#f80', '#ff80zz', 'red', ''])('are refused in another form: %j', (text) => {
    expect(() => parseColor(text)).toThrow('#rrggbb');
  });
});
