import { describe, expect, it } from 'vitest';
import type { JobTimeline } from './job-timeline.js';
import { compare } from './runs-against-raw.js';

describe('a round against raw runs', () => {
  it('tells how much of the ratio is lost in slower runs and how much between them', () => {
    const jobs = Array.from({ length: 45 }, () => ({ inferenceMs: 210 }) as JobTimeline);
    const darkroom = { jobsPerSecond: 4.5, elapsedMs: 10_000, jobs, use: null };
    const round = compare({ runs: 50, elapsedMs: 10_000 }, darkroom);
    expect(round.ratio).toBeCloseTo(0.9, 10);
    expect(round.rawRunMs).toBe(200);
    expect(round.darkroomRunMs).toBe(210);
    expect(round.busyShare).toBeCloseTo(0.945, 10);
    expect(round.ratio).toBeCloseTo((round.busyShare * round.rawRunMs) / round.darkroomRunMs, 10);
  });
});
