import type { Progress } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import type { DemoJob } from './demo-jobs.js';
import { DemoProgress } from './demo-progress.js';
import { demoResult, generationDemoResult } from './testing/demo-result.js';

const WHOLE_BAR = '█'.repeat(24);
const PROMPT = 'a green triangle left of a white square on a black background';

const text = generationDemoResult('triangle', PROMPT, { count: 1 });
const picture = demoResult('shapes-1.jpg');

function shown({ interactive, columns = 200 }: { interactive: boolean; columns?: number }) {
  const rewritten: string[] = [];
  const lines: string[] = [];
  const progress = new DemoProgress(2, {
    interactive,
    columns,
    paint: (_, words) => words,
    line: (words = '') => void lines.push(words),
    rewrite: (words) => void rewritten.push(words),
  });
  const step = (job: DemoJob, step: number) => {
    const inference: Progress = { stage: 'inference', fraction: step / 20, step, steps: 20 };
    progress.onProgress(job, inference);
    return rewritten.at(-1)!;
  };
  return { progress, step, lines, rewritten };
}

const filledOf = (line: string) => line.split('█').length - 1;

describe('the progress of the demo', () => {
  it('is a bar that moves with every step of a running job, and says which step that is', () => {
    const { step, rewritten } = shown({ interactive: true });
    expect(rewritten).toEqual([`  ${'░'.repeat(24)}  0/2  submitting`]);
    const drawn = [5, 10, 20].map((number) => step(text, number));
    expect(drawn.map(filledOf)).toEqual([3, 6, 12]);
    expect(drawn[1]).toMatch(new RegExp(`  0/2  generation of “${PROMPT}”: step 10 of 20$`));
  });

  it('adds up what is done of all jobs, and is full when they have ended', () => {
    const { progress, step, rewritten } = shown({ interactive: true });
    step(picture, 10);
    expect(filledOf(step(text, 10))).toBe(12);
    progress.onEnd(picture, picture.job);
    expect(filledOf(rewritten.at(-1)!)).toBe(18);
    progress.onEnd(text, text.job);
    expect(rewritten.at(-1)).toBe(`  ${WHOLE_BAR}  2/2  generation of “${PROMPT}”: succeeded`);
    progress.end();
    expect(rewritten.at(-1)).toBe('');
  });

  it('cuts a long text rather than the step, so that the line fits the terminal', () => {
    const { step } = shown({ interactive: true, columns: 80 });
    const line = step(text, 7);
    expect(line).toMatch(/generation of “a green.*…”: step 7 of 20$/);
    expect(line.length).toBeLessThan(80);
  });

  it('is a line for each ended job where there is no terminal', () => {
    const { progress, step, lines } = shown({ interactive: false });
    step(picture, 10);
    progress.onEnd(picture, picture.job);
    progress.onEnd(text, { ...text.job, status: 'failed' });
    expect(lines).toEqual([
      '  1/2  segmentation of shapes-1.jpg  succeeded',
      `  2/2  generation of “${PROMPT}”  failed`,
    ]);
  });
});
