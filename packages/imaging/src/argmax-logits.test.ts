import { readFileSync } from 'node:fs';
import { decodeNpy } from '@darkroom/tensor';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { argmaxEnlargedLogits } from './argmax-logits.js';
import type { Logits } from './logits.js';
import type { Region } from './placed-coordinates.js';

const GOLDEN = new URL('../golden/', import.meta.url);

interface ArgmaxCase {
  readonly name: string;
  readonly region: Region;
  readonly width: number;
  readonly height: number;
}

const { argmaxes } = JSON.parse(readFileSync(new URL('cases.json', GOLDEN), 'utf8')) as {
  argmaxes: ArgmaxCase[];
};

function readLogits(name: string): Logits {
  const { data, dims } = decodeNpy(readFileSync(new URL(`argmax-${name}.npy`, GOLDEN)));
  const [classes = 0, height = 0, width = 0] = dims;
  return { data, classes, height, width, layout: 'chw' };
}

async function readClassIds(name: string): Promise<Uint16Array> {
  const ids = await sharp(readFileSync(new URL(`argmax-${name}.png`, GOLDEN)))
    .toColourspace(name === 'many-classes' ? 'grey16' : 'b-w')
    .raw({ depth: 'ushort' })
    .toBuffer();
  return new Uint16Array(ids.buffer, ids.byteOffset, ids.length / 2);
}

function interleaved(logits: Logits): Logits {
  const { data, classes, height, width } = logits;
  const cells = height * width;
  const values = data.map((_, i) => data[(i % classes) * cells + Math.floor(i / classes)]!);
  return { data: values, classes, height, width, layout: 'hwc' };
}

describe.each(argmaxes)('the classes of enlarged logits: $name', ({ name, region, width, height }) => {
  it('are those of PyTorch', async () => {
    const expected = await readClassIds(name);
    const classIds = argmaxEnlargedLogits(readLogits(name), region, width, height);
    expect(classIds.length).toBe(width * height);
    expect(classIds.length).toBe(expected.length);
    const different = expected.reduce((count, id, i) => count + (id === classIds[i] ? 0 : 1), 0);
    expect(different / expected.length).toBeLessThanOrEqual(1e-4);
  });

  it('do not depend on the layout', () => {
    const logits = readLogits(name);
    expect(argmaxEnlargedLogits(interleaved(logits), region, width, height)).toEqual(
      argmaxEnlargedLogits(logits, region, width, height),
    );
  });
});

describe('the classes of enlarged logits', () => {
  const whole = { x: 0, y: 0, width: 2, height: 2 };

  it('are the lowest of those that are equal, also where they meet', () => {
    const equal = {
      data: new Float32Array(12).fill(1),
      classes: 3,
      height: 2,
      width: 2,
      layout: 'chw',
    } as const;
    expect(new Set(argmaxEnlargedLogits(equal, whole, 9, 9))).toEqual(new Set([0]));
    // Class 1 falls from left to right as class 0 rises: in the middle they are equal.
    const crossing = { ...equal, classes: 2, data: Float32Array.of(0, 2, 0, 2, 2, 0, 2, 0) };
    expect([...argmaxEnlargedLogits(crossing, whole, 5, 1)]).toEqual([1, 1, 0, 0, 0]);
  });

  it('can be one between cells that is the largest in none of them', () => {
    const data = Float32Array.of(10, 0, 10, 0, 0, 10, 0, 10, 6, 6, 6, 6);
    const logits = { data, classes: 3, height: 2, width: 2, layout: 'chw' } as const;
    expect([...argmaxEnlargedLogits(logits, whole, 5, 1)]).toEqual([0, 0, 2, 1, 1]);
  });

  it('take 16 bits only above 256 classes', () => {
    const grid = { height: 1, width: 1, layout: 'hwc' } as const;
    const of = (classes: number) =>
      argmaxEnlargedLogits({ ...grid, classes, data: new Float32Array(classes) }, { ...whole }, 2, 2);
    expect(of(256)).toBeInstanceOf(Uint8Array);
    expect(of(257)).toBeInstanceOf(Uint16Array);
  });

  it('are refused where logits are missing', () => {
    const logits = { data: new Float32Array(11), classes: 3, height: 2, width: 2, layout: 'chw' } as const;
    expect(() => argmaxEnlargedLogits(logits, whole, 4, 4)).toThrow('= 12 logits, got 11');
  });
});
