import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.js';
import { type MaskEnlargement, MaskEnlarger, type Size } from './mask-enlarger.js';
import { areaOfRuns, type MaskRuns, regionMaskFromRuns } from './mask-runs.js';

interface Grid extends Size {
  readonly data: Float64Array;
}

/** `interpolate(…, mode='bilinear', align_corners=False)`, pixel by pixel. */
function enlarge(grid: Grid, { width, height }: Size): Grid {
  const data = new Float64Array(width * height);
  const along = (i: number, from: number, to: number) => {
    const position = Math.max((from / to) * (i + 0.5) - 0.5, 0);
    const near = Math.floor(position);
    return { near, far: Math.min(near + 1, from - 1), fraction: position - near };
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = along(x, grid.width, width);
      const row = along(y, grid.height, height);
      const at = (line: number) =>
        grid.data[line * grid.width + column.near]! * (1 - column.fraction) +
        grid.data[line * grid.width + column.far]! * column.fraction;
      data[y * width + x] = at(row.near) * (1 - row.fraction) + at(row.far) * row.fraction;
    }
  }
  return { width, height, data };
}

function cut({ width, data }: Grid, size: Size): Grid {
  const isKept = (i: number) => i % width < size.width && Math.floor(i / width) < size.height;
  return { ...size, data: data.filter((_, i) => isKept(i)) };
}

function enlargedLogits({ cells, nodes, shown, pixels }: MaskEnlargement, logits: Float32Array): Grid {
  const grid = { ...cells, data: Float64Array.from(logits) };
  return enlarge(cut(nodes ? enlarge(grid, nodes) : grid, shown), pixels);
}

/** The pixels of a part of the picture: 0 or 1, row by row. */
function pixelsOfPart({ edges, pictureHeight }: MaskRuns, { x, y, pixels }: MaskEnlargement): Uint8Array {
  const positions = new Uint8Array(edges.at(-1) ?? 0);
  for (let i = 0; i < edges.length; i += 2) positions.fill(1, edges[i], edges[i + 1]);
  return Uint8Array.from({ length: pixels.width * pixels.height }, (_, i) => {
    const position = (x + (i % pixels.width)) * pictureHeight + y + Math.floor(i / pixels.width);
    return positions[position] ?? 0;
  });
}

const square = (side: number): Size => ({ width: side, height: side });

function enlargementOf(
  cells: Size,
  nodes: Size | null,
  shown: Size,
  pixels: Size,
  more: Partial<MaskEnlargement> = {},
): MaskEnlargement {
  return { cells, nodes, shown, pixels, picture: pixels, x: 0, y: 0, ...more };
}

/** Large areas on either side of the threshold, and noise. */
function logitsFor({ width, height }: Size, seed: number, roughness: number): Float32Array {
  const random = noise(width * height, seed);
  return Float32Array.from(random, (value, i) => {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    return Math.sin(5 * x + seed) * Math.cos(4 * y) * 6 + (value / 255 - 0.5) * roughness;
  });
}

const enlargements: [string, MaskEnlargement][] = [
  [
    'through nodes',
    enlargementOf(square(16), square(64), { width: 64, height: 40 }, { width: 150, height: 94 }),
  ],
  [
    'to fewer pixels than nodes',
    enlargementOf(square(16), square(64), { width: 64, height: 40 }, square(13)),
  ],
  [
    'at once',
    enlargementOf({ width: 9, height: 14 }, null, { width: 9, height: 14 }, { width: 70, height: 50 }),
  ],
  ['to as many pixels as cells', enlargementOf(square(12), null, square(12), square(12))],
  ['to fewer pixels than cells', enlargementOf(square(30), null, square(30), { width: 7, height: 11 })],
  ['to a single pixel', enlargementOf(square(8), square(32), { width: 32, height: 1 }, square(1))],
  ['from a single cell', enlargementOf(square(1), square(4), square(3), { width: 6, height: 5 })],
  [
    'to a part of the picture',
    enlargementOf(square(8), square(32), square(32), square(20), {
      picture: { width: 31, height: 27 },
      x: 9,
      y: 3,
    }),
  ],
];

describe.each(enlargements)('a mask that is enlarged %s', (_, enlargement) => {
  const { picture } = enlargement;

  it.each([
    ['smooth', 0.5],
    ['rough', 8],
    ['nothing but noise', 200],
  ])('holds the pixels with a logit above the threshold, of one as of three: %s', (_name, roughness) => {
    const enlarger = new MaskEnlarger(enlargement);
    for (const seed of [1, 2, 3]) {
      const logits = logitsFor(enlargement.cells, seed, roughness);
      const { data } = enlargedLogits(enlargement, logits);
      for (const threshold of [-1, 0, 1.5]) {
        const runs = enlarger.runsAbove(logits, threshold);
        expect(runs).toMatchObject({ pictureWidth: picture.width, pictureHeight: picture.height });
        const inMask = pixelsOfPart(runs, enlargement);
        // What lies at the threshold but for rounding may lie on either side.
        const isWrong = (value: number, i: number) =>
          Math.abs(value - threshold) > 1e-4 && value > threshold !== (inMask[i] === 1);
        expect([...data.entries()].filter(([i, value]) => isWrong(value, i))).toEqual([]);
        expect(inMask.reduce((sum, value) => sum + value, 0)).toBe(areaOfRuns(runs));
      }
      const enlarged = enlarger.enlarge(logits, { low: -1, middle: 0, high: 1.5 });
      const runs = enlarged.runs();
      expect(runs).toEqual(enlarger.runsAbove(logits, 0));
      expect(enlarged.aboveLow).toBe(areaOfRuns(enlarger.runsAbove(logits, -1)));
      expect(enlarged.aboveHigh).toBe(areaOfRuns(enlarger.runsAbove(logits, 1.5)));
    }
  });
});

describe('a mask', () => {
  const enlargement = enlargementOf(square(4), square(16), square(16), square(10));

  it('is everything or nothing where all logits are above the threshold, or none', () => {
    const enlarger = new MaskEnlarger(enlargement);
    const all = enlarger.runsAbove(new Float32Array(16).fill(0.1), 0);
    expect([...all.edges]).toEqual([0, 100]);
    expect(regionMaskFromRuns(all)).toEqual({ x: 0, y: 0, ...square(10), data: new Uint8Array(100).fill(1) });
    // Logits at the threshold are not above it.
    expect(enlarger.runsAbove(new Float32Array(16), 0).edges).toHaveLength(0);
  });

  it('leaves out what is not a number', () => {
    const enlarger = new MaskEnlarger(enlargement);
    const logits = new Float32Array(16).fill(1);
    logits[5] = Number.NaN;
    const area = areaOfRuns(enlarger.runsAbove(logits, 0));
    expect(area).toBeGreaterThan(0);
    expect(area).toBeLessThan(100);
  });

  it('must have a logit for each cell', () => {
    const enlarger = new MaskEnlarger(enlargement);
    expect(() => enlarger.runsAbove(new Float32Array(15), 0)).toThrow('expected 16 logits of a mask, got 15');
  });
});
