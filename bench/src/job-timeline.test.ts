import type { Job } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { jobTimeline, stagesMs } from './job-timeline.js';

const job = (changes: Partial<Job> = {}) =>
  ({
    id: 'job_1',
    status: 'succeeded',
    created_at: '2026-01-01T00:00:00.004Z',
    started_at: '2026-01-01T00:00:00.007Z',
    finished_at: '2026-01-01T00:00:00.027Z',
    error: null,
    timings: {
      queue_ms: 3,
      decode_ms: 2,
      prepare_ms: 0.5,
      inference_ms: 10,
      postprocess_ms: 1.5,
      total_ms: 23,
    },
    ...changes,
  }) as Job;
const sentAtMs = Date.parse('2026-01-01T00:00:00.000Z');
const times = { sentAtMs, answeredAtMs: sentAtMs + 30, wallMs: 30.2 };

describe('the way of a job', () => {
  it('is made up of parts that follow one another without a gap', () => {
    const { submitMs, queueMs, inHandMs, answerMs } = jobTimeline(job(), times);
    expect({ submitMs, queueMs, inHandMs, answerMs }).toEqual({
      submitMs: 4,
      queueMs: 3,
      inHandMs: 20,
      answerMs: 3,
    });
    expect(submitMs + queueMs + inHandMs + answerMs).toBe(times.answeredAtMs - times.sentAtMs);
  });

  it('has its own stages, which are not overhead', () => {
    expect(stagesMs(jobTimeline(job(), times))).toBe(14);
  });

  it('says nothing where the job did not succeed', () => {
    const error = {
      code: 'inference_failed',
      title: '',
      detail: 'The graph is broken.',
      retryable: false,
    } as const;
    expect(() => jobTimeline(job({ status: 'failed', error }), times)).toThrow(
      /job_1 to succeed.*graph is broken/,
    );
  });
});
