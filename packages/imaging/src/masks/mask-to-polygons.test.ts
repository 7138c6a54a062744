import { describe, expect, it } from 'vitest';
import { connectedParts } from '../testing/connected-parts.js';
import { masks, readGoldenMask } from '../testing/detection-golden.js';
import { noise } from '../testing/noise.js';
import { polygonPixels } from '../testing/polygon-pixels.js';
import { maskToPolygons } from './mask-to-polygons.js';
import { maskArea, type RegionMask, regionMaskFrom } from './region-mask.js';
import { signedArea } from './ring.js';

function maskOf(...lines: string[]): RegionMask {
  const data = Uint8Array.from(lines.join(''), (pixel) => (pixel === '#' ? 1 : 0));
  return { x: 0, y: 0, width: lines[0]!.length, height: lines.length, data };
}

function randomMask(seed: number): RegionMask {
  const [width, height, density] = [
    1 + (seed % 23),
    1 + ((seed * 7) % 19),
    [40, 100, 128, 155, 190, 235][seed % 6]!,
  ];
  const data = noise(width * height, seed * 977 + 5).map((value) => (value < density ? 1 : 0));
  return { x: 0, y: 0, width, height, data };
}

const areaOf = (ring: number[][]) => signedArea(ring.slice(1).flat());

function expectExactCover({ width, height, data }: RegionMask): void {
  const polygons = maskToPolygons({ x: 0, y: 0, width, height, data }, 0);
  const inHex = (pixels: Uint8Array) => Buffer.from(pixels).toString('hex');
  const covered = polygons.map((rings) => polygonPixels(rings, width, height));
  // Each polygon with its own holes is one part: this fails too where a hole went to another polygon.
  expect(covered.map(inHex)).toEqual(connectedParts(data, width, height).map(inHex));
  for (const [outer, ...holes] of polygons) {
    expect(areaOf(outer!)).toBeGreaterThan(0);
    for (const hole of holes) expect(areaOf(hole)).toBeLessThan(0);
    for (const ring of [outer!, ...holes]) expectSimpleClosed(ring);
  }
}

function expectSimpleClosed(ring: number[][]): void {
  expect(ring.length).toBeGreaterThanOrEqual(4);
  expect(ring.at(-1)).toEqual(ring[0]);
  expect(new Set(ring.map(([x, y]) => `${x},${y}`)).size).toBe(ring.length - 1);
}

describe('the polygons of a mask', () => {
  it('have their corners on the edges of pixels', () => {
    const pixel = { x: 3, y: 4, width: 1, height: 1, data: Uint8Array.of(1) };
    expect(maskToPolygons(pixel, 0)).toEqual([
      [
        [
          [3, 4],
          [4, 4],
          [4, 5],
          [3, 5],
          [3, 4],
        ],
      ],
    ]);
  });

  it('are none for an empty mask', () => {
    expect(maskToPolygons({ x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) }, 1)).toEqual([]);
    expect(maskToPolygons(maskOf('...', '...'), 0)).toEqual([]);
  });

  it('have holes, and islands in holes are polygons of their own', () => {
    const polygons = maskToPolygons(maskOf('#####', '#...#', '#.#.#', '#...#', '#####'), 0);
    expect(polygons.map((rings) => rings.map(areaOf))).toEqual([[25, -9], [1]]);
    expect(polygons[0]![1]![0]).toEqual([1, 4]);
  });

  it('are two where pixels touch with a corner only', () => {
    expect(maskToPolygons(maskOf('#.', '.#'), 0)).toHaveLength(2);
  });

  it('take an area that is open at a corner only for a hole', () => {
    const polygons = maskToPolygons(maskOf('####', '#..#', '##.#', '#.##'), 0);
    expect(polygons.map((rings) => rings.map(areaOf))).toEqual([[15, -3]]);
  });

  it('give a hole to the polygon around it, also where other holes lie between them', () => {
    expectExactCover(maskOf('#########', '#.#...#.#', '#.#.#.#.#', '#...#...#', '#########'));
    expectExactCover(
      maskOf('########', '#......#', '#.####.#', '#.#..#.#', '#.####.#', '#......#', '########'),
    );
  });

  it.each(masks)('cover exactly the mask: $name', async ({ name }) => {
    const { data, width, height } = await readGoldenMask(name);
    expectExactCover(regionMaskFrom(data, width, height));
  });

  it('cover exactly any mask', () => {
    for (let seed = 0; seed < 400; seed++) expectExactCover(randomMask(seed));
  });

  it('have the coordinates of the picture', () => {
    const mask = maskOf('##', '#.');
    const moved = maskToPolygons({ ...mask, x: 100, y: 50 }, 0);
    expect(moved[0]![0]).toEqual(maskToPolygons(mask, 0)[0]![0]!.map(([x, y]) => [x! + 100, y! + 50]));
  });
});

describe('simplified polygons', () => {
  const disc = (radius: number): RegionMask => {
    const side = radius * 2 + 1;
    const data = Uint8Array.from({ length: side * side }, (_, i) =>
      Math.hypot((i % side) - radius, Math.floor(i / side) - radius) <= radius ? 1 : 0,
    );
    return { x: 0, y: 0, width: side, height: side, data };
  };

  it('have fewer corners, and nearly the same area', () => {
    const exact = maskToPolygons(disc(60), 0)[0]![0]!;
    const simplified = maskToPolygons(disc(60), 1)[0]![0]!;
    expect(simplified.length).toBeLessThan(exact.length / 5);
    expect(areaOf(simplified) / maskArea(disc(60))).toBeCloseTo(1, 1);
  });

  it('stay within the tolerance of every corner that was dropped', () => {
    const simplified = maskToPolygons(disc(60), 1.5)[0]![0]!;
    for (const [x, y] of maskToPolygons(disc(60), 0)[0]![0]!) {
      const distances = simplified
        .slice(1)
        .map(([x1, y1], i) => distanceToLine([x!, y!], simplified[i]!, [x1!, y1!]));
      expect(Math.min(...distances)).toBeLessThanOrEqual(1.5);
    }
  });

  it('keep their box where they are tiny', () => {
    expect(maskToPolygons(maskOf('#'), 10)).toEqual(maskToPolygons(maskOf('#'), 0));
    expect(maskToPolygons(maskOf('.#.', '###', '.#.'), 10)).toEqual(
      maskToPolygons(maskOf('###', '###', '###'), 0),
    );
  });

  it('keep thin diagonal lines thin', () => {
    const staircase = { ...maskOf('.'), width: 40, height: 40, data: new Uint8Array(1600) };
    for (let i = 0; i < 39; i++) staircase.data.fill(1, i * 40 + i, i * 40 + i + 2);
    const [[ring]] = maskToPolygons(staircase, 5) as [[number[][]]];
    expectSimpleClosed(ring);
    expect(areaOf(ring)).toBeLessThan(150);
  });

  it('are closed, turn the same way and never collapse, whatever the mask and the tolerance', () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const tolerance of [0.4, 1, 2.5, 100]) {
        const exact = maskToPolygons(randomMask(seed), 0);
        const simplified = maskToPolygons(randomMask(seed), tolerance);
        expect(simplified.map((rings) => rings.map((ring) => Math.sign(areaOf(ring))))).toEqual(
          exact.map((rings) => rings.map((ring) => Math.sign(areaOf(ring)))),
        );
        for (const ring of simplified.flat()) expectSimpleClosed(ring);
      }
    }
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('are refused with the tolerance %s', (tolerance) => {
    expect(() => maskToPolygons(maskOf('#'), tolerance)).toThrow('0 pixels or more');
  });
});

function distanceToLine([x, y]: number[], [x0, y0]: number[], [x1, y1]: number[]): number {
  const [lineX, lineY] = [x1! - x0!, y1! - y0!];
  const along = ((x! - x0!) * lineX + (y! - y0!) * lineY) / (lineX ** 2 + lineY ** 2);
  const nearest = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x! - x0! - nearest * lineX, y! - y0! - nearest * lineY);
}
