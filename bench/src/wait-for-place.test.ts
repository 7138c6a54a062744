import { describe, expect, it } from 'vitest';
import { waitsForPlace } from './wait-for-place.js';

const job = (createdAtMs: number, startedAtMs: number, finishedAtMs: number) => ({
  startedAtMs,
  finishedAtMs,
  queueMs: startedAtMs - createdAtMs,
});

describe('the wait for a place in a worker', () => {
  it('is none for a job that finds one free: its time in the queue is delivery', () => {
    expect(waitsForPlace([job(0, 3, 10), job(20, 22, 30)], 1)).toEqual([0, 0]);
  });

  it('lasts until the job before has ended, where the worker takes one at a time', () => {
    expect(waitsForPlace([job(0, 2, 50), job(10, 53, 90)], 1)).toEqual([0, 40]);
  });

  it('lasts until any of those in hand has ended, where it takes several', () => {
    const first = job(0, 2, 100);
    const second = job(0, 3, 60);
    const third = job(5, 62, 120);
    const fourth = job(5, 101, 160);
    expect(waitsForPlace([first, second, third, fourth], 2)).toEqual([0, 0, 55, 95]);
  });

  it('is told in the order of the jobs, however they were begun', () => {
    expect(waitsForPlace([job(10, 53, 90), job(0, 2, 50)], 1)).toEqual([40, 0]);
  });

  it('is never longer than the time in the queue, though clocks count whole milliseconds', () => {
    // Begun in the very millisecond in which the other ended, or, by the record, before it.
    expect(waitsForPlace([job(0, 0, 50), job(10, 49, 90)], 1)).toEqual([0, 39]);
  });
});
