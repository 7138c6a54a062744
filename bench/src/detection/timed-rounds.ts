import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MachineUse, undisturbedOf, watchMachine } from '../machine-use.js';
import { median, percentile } from '../percentile.js';

/** Something whose runs are timed one by one. */
export interface Timed {
  readonly name: string;
  /**
   * Runs again and again until so much time has passed, once at least.
   * @returns what each run took, in milliseconds
   */
  run(forMs: number): Promise<readonly number[]>;
}

export interface TimedRound {
  readonly runs: number;
  readonly leastMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly use: MachineUse | null;
}

export interface TimedRow {
  readonly name: string;
  readonly rounds: readonly TimedRound[];
}

const WARM_UP_MS = 500;

/** Times several things by turns, so that whatever else the machine does meets all of them. */
export async function timeByTurns(
  parties: readonly Timed[],
  { rounds, measureMs }: { readonly rounds: number; readonly measureMs: number },
): Promise<TimedRow[]> {
  for (const party of parties) await party.run(WARM_UP_MS);
  const measured = parties.map((): TimedRound[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, party] of parties.entries()) measured[i]!.push(await timeRound(party, measureMs));
  }
  return parties.map(({ name }, i) => ({ name, rounds: measured[i]! }));
}

async function timeRound(party: Timed, measureMs: number): Promise<TimedRound> {
  const used = watchMachine();
  const times = await party.run(measureMs);
  return {
    runs: times.length,
    leastMs: Math.min(...times),
    p50Ms: median(times),
    p95Ms: percentile(times, 0.95),
    use: used(),
  };
}

/** Of the undisturbed rounds: the median of what they have as p50 and p95, and the least of all. */
export function usualTimes({ rounds }: TimedRow): Pick<TimedRound, 'leastMs' | 'p50Ms' | 'p95Ms'> {
  const counted = undisturbedOf(rounds, ({ use }) => [use]);
  return {
    leastMs: Math.min(...counted.map(({ leastMs }) => leastMs)),
    p50Ms: median(counted.map(({ p50Ms }) => p50Ms)),
    p95Ms: median(counted.map(({ p95Ms }) => p95Ms)),
  };
}

/** Times what runs in this process. */
export function inThisProcess(name: string, runOnce: () => Promise<unknown>): Timed {
  return {
    name,
    async run(forMs) {
      const times: number[] = [];
      const beganMs = performance.now();
      do {
        // Lets in that the bench is to stop: a run may give the process no chance to hear it.
        await nextTurn();
        const startedMs = performance.now();
        await runOnce();
        times.push(performance.now() - startedMs);
      } while (performance.now() - beganMs < forMs);
      return times;
    },
  };
}
