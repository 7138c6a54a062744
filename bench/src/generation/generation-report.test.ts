import { describe, expect, it } from 'vitest';
import { generationReport, usualStep } from './generation-report.js';
import type { GenerationRound } from './measure-generation.js';

const round = (besideMs: readonly number[], others = 0): GenerationRound => ({
  steps: besideMs.map((ms) => ({
    wholeMs: 100 + ms,
    runMs: 100,
    feedsMs: ms,
    copiesMs: 0,
    waysMs: 0,
    arithmeticMs: 0,
    noiseMs: 0,
  })),
  processorMs: [],
  inferMs: 1000,
  runsMs: 980,
  postprocessMs: 40,
  use: { ours: 1, others, stolen: 0 },
});

describe('what a step takes beside ONNX Runtime', () => {
  it('is the median of the rounds in which the machine was left alone', () => {
    const row = { name: 'ddim', rounds: [round([2, 4]), round([90, 95], 1), round([1, 3, 9])] };
    expect(usualStep(row)).toEqual({ whole: 103, run: 100, beside: 3, least: 1, share: 3 / 103 });
  });

  it('is held against the aim where it is largest', () => {
    const rows = [
      { name: 'ddim', rounds: [round([1])] },
      { name: 'pndm', rounds: [round([6])] },
    ];
    const lines = generationReport({ steps: 1, threads: 2, rows });
    expect(lines).toContain(
      'Largest share beside ONNX Runtime, aim under 3.00 %: 5.66 % (missed); 6.00 ms are under it wherever a step takes more than 200 ms',
    );
    expect(lines.find((line) => /^ddim +1000\.0/.test(line))).toContain('2.00 %');
  });
});
