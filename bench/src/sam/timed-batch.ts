import { type MachineUse, undisturbedOf, watchMachine } from '../machine-use.js';
import { mean, median } from '../percentile.js';
import { readTreesProcessorMs } from '../processor-time.js';

/** Some runs of one kind, one after the other. */
export interface TimedBatch<Times> {
  readonly times: readonly Times[];
  /** Of the processes that are looked at and all below them, for each of the runs. */
  readonly processorMs: number;
  readonly use: MachineUse | null;
}

/**
 * Runs something so many times.
 * @param pids the processes, with all below them, whose processor time is told
 */
export async function timeBatch<Times>(
  pids: readonly number[],
  runs: number,
  runOnce: (index: number) => Promise<Times>,
): Promise<TimedBatch<Times>> {
  const used = watchMachine();
  const before = readTreesProcessorMs(pids);
  const times: Times[] = [];
  for (let i = 0; i < runs; i++) times.push(await runOnce(i));
  return { times, processorMs: (readTreesProcessorMs(pids) - before) / runs, use: used() };
}

/** Of the undisturbed batches: the median and the least of what is asked for, and the mean processor time. */
export function usualOf<Times>(
  batches: readonly TimedBatch<Times>[],
  millisecondsOf: (times: Times) => number,
): { readonly p50: number; readonly least: number; readonly processorMs: number } {
  const counted = undisturbedOf(batches, ({ use }) => [use]);
  const values = counted.flatMap(({ times }) => times.map(millisecondsOf));
  return {
    p50: median(values),
    least: Math.min(...values),
    processorMs: mean(counted.map(({ processorMs }) => processorMs)),
  };
}
