import { describe, expect, it } from 'vitest';
import type { Color } from '../palettes/color.js';
import { distinctColor } from '../palettes/distinct-color.js';
import { readableTextColor, relativeLuminance } from './readable-text-color.js';

const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

describe('the colour of text', () => {
  it.each([
    [[255, 255, 0], 'black'],
    [[255, 255, 255], 'black'],
    [[0, 0, 128], 'white'],
    [[0, 0, 0], 'white'],
    [[120, 40, 10], 'white'],
  ] as const)('on %j is %s', (background, name) => {
    expect(readableTextColor(background)).toEqual(name === 'black' ? [0, 0, 0] : [255, 255, 255]);
  });

  it('stands out from any background by 4.5 or more', () => {
    const greys = Array.from({ length: 256 }, (_, grey): Color => [grey, grey, grey]);
    for (const background of [...greys, ...Array.from({ length: 300 }, (_, i) => distinctColor(i))]) {
      const text = readableTextColor(background);
      expect(contrast(relativeLuminance(text), relativeLuminance(background))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
