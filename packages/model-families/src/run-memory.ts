import { DarkroomError } from '@darkroom/contracts';

/**
 * What is known of memory before a run: 0 nothing; 1 or 2 after that many of the job's processes were killed, likely
 * for want of it.
 */
export type MemoryShortage = 0 | 1 | 2;

/** What a pipeline knows of memory while it infers, and where it says what it did about too little. */
export interface RunMemory {
  readonly shortage: MemoryShortage;
  /** Gives every job of the batch the warning `memory_short`. @param detail what did not suffice, what was done */
  warnShort(detail: string): void;
}

/** For runs that are no job's, such as warming up. */
export const NO_SHORTAGE: RunMemory = { shortage: 0, warnShort() {} };

/** Whether an error means that memory ran out: a graph's, or V8's for arrays of its own. */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof DarkroomError) return error.code === 'out_of_memory';
  return error instanceof RangeError && error.message === 'Array buffer allocation failed';
}
