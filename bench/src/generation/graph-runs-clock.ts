/** The environment data, of threads, under which the thread of graphs finds where to tell of its runs. */
export const LAST_RUN = 'darkroom-bench-last-run';

/** When the graph's last run began and when it ended: two numbers that both threads see. */
export type LastRun = Float64Array;

export function sharedLastRun(): LastRun {
  return new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
}

/** A clock that is the same in all threads of a process, which `performance.now` is not. */
export function threadsClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
