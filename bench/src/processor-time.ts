import { readFileSync } from 'node:fs';
import { descendantsOf } from '@darkroom/testkit';

/** Linux counts processor time in hundredths of a second for its users, whatever its own clock does. */
export const MS_PER_TICK = 10;

/** Processor time of each process since it began, in milliseconds; `null` where the system doesn't tell. */
export type ProcessorTimes<Name extends string> = Readonly<Record<Name, number | null>>;

export function readProcessorTimes<Name extends string>(
  pids: Readonly<Record<Name, number>>,
): ProcessorTimes<Name> {
  const entries = Object.entries<number>(pids).map(([name, pid]) => [name, processorMs(pid)]);
  return Object.fromEntries(entries) as ProcessorTimes<Name>;
}

/** What was used between two readings, for each of so many jobs. */
export function processorTimesPerJob<Name extends string>(
  before: ProcessorTimes<Name>,
  after: ProcessorTimes<Name>,
  jobs: number,
): ProcessorTimes<Name> {
  const entries = Object.entries<number | null>(after).map(([name, ms]) => {
    const earlierMs = before[name as Name];
    return [name, ms === null || earlierMs === null ? null : (ms - earlierMs) / jobs];
  });
  return Object.fromEntries(entries) as ProcessorTimes<Name>;
}

function processorMs(pid: number): number | null {
  try {
    return parseProcessorMs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** From a line of `/proc/<pid>/stat`: user and system time of all its threads. */
export function parseProcessorMs(stat: string): number {
  // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/**
 * Of this process's first thread, which JavaScript runs in where it is in no worker: in milliseconds, finer than ticks;
 * `null` where the system doesn't tell.
 */
export function readFirstThreadProcessorMs(): number | null {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return null;
  }
}

/** Of some processes and all that they have started, together, in milliseconds. */
export function readTreesProcessorMs(pids: readonly number[]): number {
  const all = new Set(pids.flatMap((pid) => [pid, ...descendantsOf(pid).map((entry) => entry.pid)]));
  return [...all].reduce((sum, pid) => sum + (processorMs(pid) ?? 0), 0);
}
