import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guidanceEmbedding, guide, isGuided } from './guidance.js';

/** What diffusers' formulas make: see `golden/README.md`. */
const golden: {
  readonly guided: readonly Readonly<
    Record<'unconditional' | 'conditional' | 'output', number[]> & {
      scale: number;
    }
  >[];
  readonly embeddings: readonly { readonly scale: number; readonly values: readonly number[] }[];
} = JSON.parse(readFileSync(new URL('../../golden/stable-diffusion/guidance.json', import.meta.url), 'utf8'));

describe('guidance', () => {
  it.each(golden.guided)('with scale $scale is that of diffusers, bit for bit', (run) => {
    const unconditional = Float32Array.from(run.unconditional);
    const conditional = Float32Array.from(run.conditional);
    guide(unconditional, conditional, run.scale, unconditional);
    expect(unconditional).toEqual(Float32Array.from(run.output));
  });

  it('is only used where it makes a difference, and the network is not told the scale', () => {
    expect(isGuided(7.5, false)).toBe(true);
    expect(isGuided(1, false)).toBe(false);
    expect(isGuided(0, false)).toBe(false);
    expect(isGuided(7.5, true)).toBe(false);
  });
});

describe('a guidance scale that the network is told', () => {
  it.each(golden.embeddings)('$scale becomes the numbers that diffusers makes of it', ({ scale, values }) => {
    const embedding = guidanceEmbedding(scale, values.length);
    const errors = values.map((value, i) => Math.abs(value - embedding[i]!));
    // Sines of thousands: what is rounded of the angle is seen.
    expect(Math.max(...errors)).toBeLessThan(1e-3);
  });
});
