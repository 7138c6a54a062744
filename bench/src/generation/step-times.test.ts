import { describe, expect, it } from 'vitest';
import { allRunsMs, besideMs, type GenerationEvent, processorMsPerStep, stepTimes } from './step-times.js';

const told = (atMs: number): GenerationEvent => ({ what: 'step', atMs });
const run = (file: string, fromMs: number, processorMs: number | null = 0): GenerationEvent => ({
  what: 'run',
  file,
  askedMs: fromMs,
  sentMs: fromMs + 1,
  waitedMs: fromMs + 6,
  beganMs: fromMs + 3,
  endedMs: fromMs + 103,
  answeredMs: fromMs + 107,
  processorMs,
});

describe('the steps of a generation', () => {
  it('are told apart into what ONNX Runtime takes and what lies around it', () => {
    const events = [
      told(0),
      run('text', 1),
      ...[told(200), told(204), run('unet', 208), told(318), told(338)],
      ...[told(340), told(340), run('unet', 341), told(448), told(449)],
      told(460),
      run('vae', 470),
    ];
    const steps = stepTimes(events, 'unet');
    expect(steps).toEqual([
      {
        wholeMs: 138,
        runMs: 100,
        feedsMs: 8,
        copiesMs: 1 + 3,
        waysMs: 2 + 4,
        arithmeticMs: 20,
        noiseMs: 5,
      },
      { wholeMs: 109, runMs: 100, feedsMs: 1, copiesMs: 1, waysMs: 6, arithmeticMs: 1, noiseMs: 5 },
    ]);
    for (const step of steps) {
      const { feedsMs, copiesMs, waysMs, arithmeticMs } = step;
      expect(feedsMs + copiesMs + waysMs + arithmeticMs).toBe(besideMs(step));
    }
    expect(allRunsMs(events)).toBe(400);
  });

  it('count nothing twice where the thread begins before the one that asked it goes on', () => {
    const early = { ...run('unet', 2), sentMs: 9 } as GenerationEvent;
    const [step] = stepTimes([told(0), told(1), early, told(110), told(111)], 'unet');
    expect(step).toMatchObject({ feedsMs: 2, copiesMs: 3 + 1, waysMs: 4, arithmeticMs: 1 });
    expect(besideMs(step!)).toBe(11);
  });

  it('are not guessed where a step has several runs', () => {
    const events = [told(0), told(1), run('unet', 2), told(110), run('unet', 111), told(220), told(221)];
    expect(() => stepTimes(events, 'unet')).toThrow('expected two told steps before and after each run');
  });

  it('have the processor time between the network’s runs, where the system tells', () => {
    const runs = [
      run('text', 0, 1),
      run('unet', 200, 5),
      run('unet', 400, 7),
      run('unet', 600, 10),
      run('vae', 800, 90),
    ];
    expect(processorMsPerStep(runs, 'unet')).toEqual([2, 3]);
    expect(processorMsPerStep([run('unet', 0, null), run('unet', 200, null)], 'unet')).toEqual([]);
  });
});
