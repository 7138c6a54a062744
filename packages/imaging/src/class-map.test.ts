import { describe, expect, it } from 'vitest';
import { colorClassMap, overlayClassMap } from './class-map.js';
import type { Color } from './palettes/color.js';
import { pixelsOf } from './pixels.js';

const COLORS: Color[] = [
  [0, 0, 0],
  [200, 180, 160],
  [20, 10, 60],
];
const colors = (classId: number) => COLORS[classId] ?? ([255, 255, 255] as const);

describe('a class map', () => {
  it('is painted in the colours of its classes', () => {
    const { width, height, data } = colorClassMap(Uint16Array.of(0, 1, 1, 300), 2, 2, colors);
    expect([width, height]).toEqual([2, 2]);
    expect([...data]).toEqual([0, 0, 0, 200, 180, 160, 200, 180, 160, 255, 255, 255]);
  });

  it('must have an id for each pixel', () => {
    expect(() => colorClassMap(new Uint8Array(5), 2, 2, colors)).toThrow('2 × 2 = 4 pixels, got 5');
  });
});

describe('an overlay', () => {
  const size = 40;
  const grey = pixelsOf(new Uint8Array(size * size * 3).fill(100), size, size);
  const leftHalf = (inside: number, outside: number) =>
    Uint8Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? inside : outside));
  const at = (data: Uint8Array, x: number, y: number) => [
    ...data.subarray((y * size + x) * 3).subarray(0, 3),
  ];

  it('blends the class colour in and leaves the skipped class as it is', () => {
    const { data } = overlayClassMap(grey, leftHalf(1, 0), colors, { skipClass: 0 });
    expect(at(data, 5, 5)).toEqual([150, 140, 130]);
    expect(at(data, size / 2, 5)).toEqual([100, 100, 100]);
    expect(at(data, size - 1, 5)).toEqual([100, 100, 100]);
  });

  it('covers as much as alpha says', () => {
    const classIds = new Uint8Array(size * size).fill(1);
    expect(at(overlayClassMap(grey, classIds, colors, { alpha: 1 }).data, 0, 0)).toEqual([200, 180, 160]);
    expect(at(overlayClassMap(grey, classIds, colors, { alpha: 0 }).data, 0, 0)).toEqual([100, 100, 100]);
  });

  it('outlines light classes darker and dark ones lighter, at their borders only', () => {
    const light = overlayClassMap(grey, leftHalf(1, 2), colors).data;
    const [lightBorder] = at(light, size / 2 - 1, 20);
    const [darkBorder] = at(light, size / 2, 20);
    expect(lightBorder).toBeLessThan(at(light, 5, 20)[0]! - 40);
    expect(darkBorder).toBeGreaterThan(at(light, size - 5, 20)[0]! + 40);
    expect(at(light, 0, 0)).toEqual(at(light, 5, 20));
    expect(at(light, size / 2 - 2, 20)).toEqual(at(light, 5, 20));
  });

  it('does not change the picture it is laid over', () => {
    overlayClassMap(grey, new Uint8Array(size * size).fill(2), colors);
    expect(new Set(grey.data)).toEqual(new Set([100]));
  });
});
