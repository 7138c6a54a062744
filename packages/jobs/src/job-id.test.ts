import { describe, expect, it } from 'vitest';
import { firstJobIdAt, isJobId, jobIdTimeMs, newJobId } from './job-id.js';

describe('job ids', () => {
  it('sort by the time they were made and tell it', () => {
    const ids = [newJobId(1000), newJobId(1000), newJobId(1001), newJobId(2000)];
    expect([...ids].sort()).toEqual(ids);
    expect(jobIdTimeMs(ids[3]!)).toBe(2000);
    expect(firstJobIdAt(1001) > ids[1]!).toBe(true);
    expect(firstJobIdAt(1001) < ids[2]!).toBe(true);
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
