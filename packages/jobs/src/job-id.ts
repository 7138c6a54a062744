import { decodeTime, encodeTime, isValid, monotonicFactory } from 'ulid';

const nextUlid = monotonicFactory();
const PREFIX = 'job_';

/** A new id: sorts by the time it was made, across processes to the millisecond. */
export function newJobId(nowMs: number): string {
  return PREFIX + nextUlid(nowMs);
}

/** Whether a text from outside can be the id of a job at all. */
export function isJobId(text: string): boolean {
  return (
    text.startsWith(PREFIX) &&
    isValid(text.slice(PREFIX.length)) &&
    text === text.toUpperCase().replace('JOB_', PREFIX)
  );
}

/** The smallest id a job made at this time can have. */
export function firstJobIdAt(timeMs: number): string {
  return `${PREFIX}${encodeTime(timeMs, 10)}${'0'.repeat(16)}`;
}

/** When the job of this id was made, in milliseconds since the epoch. */
export function jobIdTimeMs(id: string): number {
  return decodeTime(id.slice(PREFIX.length));
}
