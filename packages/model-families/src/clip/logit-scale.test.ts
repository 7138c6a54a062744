import { describe, expect, it } from 'vitest';
import { fitLine, type LogitSample, LogitScaleSource } from './logit-scale.js';
import type { ClipOptions } from './options.js';

const onLine = (scale: number, bias: number, similarities: readonly number[]): LogitSample[] =>
  similarities.map((similarity) => ({ similarity, logit: scale * similarity + bias }));
const some = [0.12, 0.31, 0.2, 0.26];

describe('the scale of logits', () => {
  const softmax: ClipOptions = { activation: 'softmax' };
  const sigmoid: ClipOptions = { activation: 'sigmoid' };
  const found = (options: ClipOptions, samples: readonly LogitSample[] | null) => {
    const asked: number[] = [];
    const measure =
      samples &&
      (async () => {
        asked.push(1);
        return samples;
      });
    const source = new LogitScaleSource(options, measure);
    return source.find().then((scale) => ({ ...scale, asked: asked.length }));
  };

  it('is CLIP’s where nobody says anything', async () => {
    expect(await found(softmax, null)).toEqual({ scale: 100, bias: 0, asked: 0 });
  });

  it('is the manifest’s, and then the graph isn’t asked', async () => {
    const samples = onLine(100, 0, some);
    expect(await found({ ...softmax, logit_scale: 14 }, samples)).toEqual({ scale: 14, bias: 0, asked: 0 });
    const both = { ...sigmoid, logit_scale: 117, logit_bias: -13 };
    expect(await found(both, samples)).toEqual({ scale: 117, bias: -13, asked: 0 });
  });

  it('is what the graph shows', async () => {
    const { scale, bias, asked } = await found(sigmoid, onLine(117.3, -12.9, some));
    expect(scale).toBeCloseTo(117.3, 6);
    expect(bias).toBeCloseTo(-12.9, 6);
    expect(asked).toBe(1);
  });

  it('is CLIP’s where the graph shows nothing; of sigmoid there is no usual one', async () => {
    const alike = onLine(117, -13, [0.2, 0.2001]);
    expect(await found(softmax, alike)).toMatchObject({ scale: 100, bias: 0 });
    await expect(found(sigmoid, alike)).rejects.toThrow('Write logit_scale and logit_bias');
  });

  it('is asked for once, and again where that failed', async () => {
    let asked = 0;
    const source = new LogitScaleSource(softmax, async () => {
      asked++;
      if (asked === 1) throw new Error('no memory');
      return onLine(50, 0, some);
    });
    await expect(source.find()).rejects.toThrow('no memory');
    const both = await Promise.all([source.find(), source.find()]);
    expect(both.map(({ scale }) => Math.round(scale))).toEqual([50, 50]);
    expect(asked).toBe(2);
  });
});

describe('a line through points', () => {
  it('is none where they are on no line, or on a falling one', () => {
    const bent = some.map((similarity) => ({ similarity, logit: 1000 * similarity ** 3 }));
    expect(fitLine(bent)).toBeNull();
    expect(fitLine(onLine(-5, 0, some))).toBeNull();
    expect(fitLine([])).toBeNull();
    expect(fitLine(onLine(Number.NaN, 0, some))).toBeNull();
  });

  it('may be missed by as much as half precision rounds', () => {
    const rounded = onLine(100, 0, some).map(({ similarity, logit }, i) => ({
      similarity,
      logit: logit + (i % 2 ? 0.01 : -0.01),
    }));
    expect(fitLine(rounded)!.scale).toBeCloseTo(100, 0);
  });
});
