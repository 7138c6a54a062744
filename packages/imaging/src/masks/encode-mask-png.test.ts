import { describe, expect, it } from 'vitest';
import { maskFromPng, masks, readGoldenMask } from '../testing/detection-golden.js';
import { encodeMaskPng } from './encode-mask-png.js';
import { regionMaskFrom } from './region-mask.js';

describe('a mask as PNG', () => {
  it.each(masks)('is the whole picture in 0 and 255: $name', async ({ name }) => {
    const { data, width, height } = await readGoldenMask(name);
    const png = await encodeMaskPng(regionMaskFrom(data, width, height), width, height);
    const again = await maskFromPng(png);
    expect(again).toMatchObject({ width, height });
    expect(Buffer.from(again.data).equals(data)).toBe(true);
    // The header's bit depth and colour type: 8 bits of grey.
    expect([...png.subarray(24, 26)]).toEqual([8, 0]);
  });

  it('is refused for a mask that reaches out of the picture', () => {
    const mask = { x: 0, y: 4, width: 1, height: 1, data: Uint8Array.of(1) };
    expect(() => encodeMaskPng(mask, 5, 4)).toThrow('inside the picture of 5 × 4');
  });
});
