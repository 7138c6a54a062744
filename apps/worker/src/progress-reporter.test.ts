import { stageProgress } from '@darkroom/jobs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressReporter } from './progress-reporter.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the progress reporter', () => {
  it('passes on ten a second at most, never losing the latest', () => {
    const passed: number[] = [];
    const reporter = new ProgressReporter(({ fraction }) => passed.push(fraction));
    for (let i = 0; i <= 100; i++) {
      reporter.report(stageProgress('inference', i / 100));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1000);
    expect(passed.at(-1)).toBe(1);
    expect(passed.length).toBeGreaterThanOrEqual(9);
    expect(passed.length).toBeLessThanOrEqual(11);
  });

  it('passes nothing on of a job that is over within a tenth of a second', () => {
    const passed: number[] = [];
    const reporter = new ProgressReporter(({ fraction }) => passed.push(fraction));
    reporter.report(stageProgress('decode', 0));
    vi.advanceTimersByTime(90);
    reporter.report(stageProgress('postprocess', 0.8));
    reporter.stop();
    vi.advanceTimersByTime(1000);
    expect(passed).toEqual([]);
  });

  it('passes nothing on after it was stopped', () => {
    const passed: number[] = [];
    const reporter = new ProgressReporter(({ fraction }) => passed.push(fraction));
    vi.advanceTimersByTime(150);
    reporter.report(stageProgress('decode', 0));
    reporter.report(stageProgress('prepare', 0.5));
    reporter.stop();
    vi.advanceTimersByTime(1000);
    expect(passed).toEqual([0]);
  });
});
