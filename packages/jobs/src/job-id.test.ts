import { describe, expect, it } from 'vitest';
import { firstJobIdAt, isJobId, jobIdTimeMs, newJobId } from './job-id.js';

describe('job ids', () => {
  it('sort by the time they were made and tell it', () => {
    // Ids never go back in time, not even behind those that other tests made in this process.
    const nowMs = Date.now() + 1000;
    const ids = [newJobId(nowMs), newJobId(nowMs), newJobId(nowMs + 1), newJobId(nowMs + 1000)];
    expect([...ids].sort()).toEqual(ids);
    expect(jobIdTimeMs(ids[3]!)).toBe(nowMs + 1000);
    expect(firstJobIdAt(nowMs + 1) > ids[1]!).toBe(true);
    expect(firstJobIdAt(nowMs + 1) < ids[2]!).toBe(true);
  });

  it.each([
    '',
    'job_',
    'job_123',
    '../../etc/passwd',
    `job_${'A'.repeat(25)}`,
    newJobId(1).toLowerCase(),
    `${newJobId(1)}x`,
  ])('are told from %j', (text) => expect(isJobId(text)).toBe(false));

  it('are known as such', () => expect(isJobId(newJobId(Date.now()))).toBe(true));
});
