import { describe, expect, it } from 'vitest';
import { overheadParts } from './job-overhead.js';
import type { JobTimeline } from './job-timeline.js';

const timeline = (changes: Partial<JobTimeline>): JobTimeline => ({
  wallMs: 30,
  submitMs: 2,
  queueMs: 3,
  inHandMs: 23,
  answerMs: 2,
  decodeMs: 1,
  prepareMs: 2,
  inferenceMs: 15,
  postprocessMs: 2,
  startedAtMs: 5,
  finishedAtMs: 28,
  ...changes,
});

describe('the overhead of jobs', () => {
  it('is the wall time without the stages, and made up of the four parts around them', () => {
    const parts = overheadParts([timeline({})], 2);
    expect(parts.overhead.p50).toBe(10);
    expect(parts.otherStages.p50).toBe(5);
    const { submit, delivery, aroundStages, answer } = parts;
    expect([submit, delivery, aroundStages, answer].map(({ mean }) => mean)).toEqual([2, 3, 3, 2]);
  });

  it('has nothing of the wait for jobs that came before', () => {
    const first = timeline({});
    const second = timeline({ wallMs: 53, queueMs: 26, startedAtMs: 30, finishedAtMs: 51, inHandMs: 23 });
    const parts = overheadParts([first, second], 1);
    expect(parts.waitForPlace.mean).toBe(12);
    expect(parts.delivery.mean).toBe((3 + 2) / 2);
    expect(parts.overhead.mean).toBe((10 + 9) / 2);
  });
});
