import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fusedMultiplyAdd } from './fused-multiply-add.js';
import { noiseOfEach, sharedNoise } from './noise-source.js';
import { TorchGenerator } from './torch-generator.js';

interface GoldenDraw {
  readonly length: number;
  readonly sha256: string;
  readonly sum: number;
  /** Where the values stand; `null` when they are all there are. */
  readonly at: readonly number[] | null;
  readonly values: readonly number[];
}

/** What PyTorch drew: see `golden/README.md`. */
const golden: readonly {
  readonly title: string;
  readonly seeds: readonly string[];
  readonly draws: readonly GoldenDraw[];
}[] = JSON.parse(
  readFileSync(new URL('../../../golden/stable-diffusion/noise.json', import.meta.url), 'utf8'),
);

describe('the noise of a seed is that of PyTorch, bit for bit:', () => {
  it.each(golden)('$title', ({ seeds, draws }) => {
    const generators = seeds.map((seed) => new TorchGenerator(BigInt(seed)));
    const noise = generators.length === 1 ? sharedNoise(generators[0]!) : noiseOfEach(generators);
    for (const draw of draws) {
      const numbers = new Float32Array(draw.length);
      noise.fill(numbers);
      const at = draw.at ?? [...numbers.keys()];
      expect(at.map((i) => numbers[i])).toEqual(draw.values.map(Math.fround));
      expect(numbers.reduce((sum, value) => sum + value, 0)).toBeCloseTo(draw.sum, 6);
      expect(createHash('sha256').update(numbers).digest('hex')).toBe(draw.sha256);
    }
  });

  it('a seed as a number and as a big one is the same', () => {
    const [a, b] = [new Float32Array(64), new Float32Array(64)];
    new TorchGenerator(2 ** 32 + 5).fillNormal(a);
    new TorchGenerator(5n).fillNormal(b);
    expect(a).toEqual(b);
  });
});

describe('each picture of a list of seeds', () => {
  it('has the noise of a run by itself', () => {
    const both = new Float32Array(2 * 256);
    noiseOfEach([new TorchGenerator(3), new TorchGenerator(4)]).fill(both);
    const alone = new Float32Array(256);
    sharedNoise(new TorchGenerator(4)).fill(alone);
    expect(both.subarray(256)).toEqual(alone);
    const together = new Float32Array(2 * 256);
    sharedNoise(new TorchGenerator(3)).fill(together);
    expect(together.subarray(256)).not.toEqual(alone);
  });
});

describe('a fused multiplication and addition', () => {
  const odd = 1 + 2 ** -23;
  const [a, b] = [2 ** -12 * (1 + 2 ** -15), 2 ** -12 * (1 - 2 ** -15)];

  it('is rounded once, though double precision lost what decides between two neighbours', () => {
    expect(fusedMultiplyAdd(a, b, odd)).toBe(odd);
    expect(Math.fround(a * b + odd)).toBe(1 + 2 ** -22);
    expect(fusedMultiplyAdd(-a, b, odd)).toBe(odd);
    expect(Math.fround(-a * b + odd)).toBe(1);
  });

  it('goes to the even neighbour from the very middle', () => {
    expect(fusedMultiplyAdd(2 ** -12, 2 ** -12, odd)).toBe(1 + 2 ** -22);
    expect(fusedMultiplyAdd(2 ** -12, 2 ** -12, 1)).toBe(1);
    expect(fusedMultiplyAdd(3, 5, -15)).toBe(0);
  });
});
