import { readFileSync } from 'node:fs';
import { descendantsOf } from '@darkroom/testkit';
import { MS_PER_TICK, readProcessorTimes } from './processor-time.js';

/** Who used the machine while something was measured, in cores. */
export interface MachineUse {
  /** This process and all it has started. */
  readonly ours: number;
  /** Everything else on this machine: the figure beside it is good for nothing where this is much. */
  readonly others: number;
  /** What a host gave to other machines while this one wanted it. */
  readonly stolen: number;
}

/** Others that use less than this hardly show in a figure. */
const TOLERATED_CORES = 0.1;

/** Whether others left the machine alone; where the system doesn't tell, it is taken for granted. */
export function isUndisturbed(...uses: readonly (MachineUse | null)[]): boolean {
  return uses.every((use) => (othersCores(use) ?? 0) <= TOLERATED_CORES);
}

/** Those of several measurements that count: the undisturbed ones, or all where there is none. */
export function undisturbedOf<Measured>(
  measurements: readonly Measured[],
  usesOf: (measured: Measured) => readonly (MachineUse | null)[],
): readonly Measured[] {
  const undisturbed = measurements.filter((measured) => isUndisturbed(...usesOf(measured)));
  return undisturbed.length > 0 ? undisturbed : measurements;
}

/** What a reader must know of the figures; nothing where all were undisturbed. */
export function disturbanceLines(uses: readonly (MachineUse | null)[]): string[] {
  const disturbed = uses.filter((use) => !isUndisturbed(use)).length;
  if (disturbed === 0) return [];
  return [
    '',
    `Others used more than ${TOLERATED_CORES} cores in ${disturbed} of ${uses.length} measurements. Their rounds don't count ` +
      'where there are better ones; measure again while nothing else runs.',
  ];
}

/** Cores that figures had to share with what is none of the bench's, on this machine and beside it. */
export function othersCores(use: MachineUse | null): number | null {
  return use === null ? null : use.others + use.stolen;
}

/** Processor time of the whole machine since it began. */
export interface MachineTimes {
  readonly busyMs: number;
  readonly stolenMs: number;
}

/**
 * Watches the machine from now on.
 *
 * @returns tells what it was used for until then; `null` where the system doesn't tell. What ended or was started in
 *   between counts as others'
 */
export function watchMachine(): () => MachineUse | null {
  const beganMs = performance.now();
  const before = readMachine();
  return () => {
    const after = readMachine();
    if (before === null || after === null) return null;
    const elapsedMs = performance.now() - beganMs;
    const oursMs = [...after.ours].reduce((sum, [pid, ms]) => sum + ms - (before.ours.get(pid) ?? ms), 0);
    const busyMs = after.busyMs - before.busyMs;
    return {
      ours: oursMs / elapsedMs,
      // Both are counted in ticks, which may make it a little less than nothing.
      others: Math.max(0, busyMs - oursMs) / elapsedMs,
      stolen: (after.stolenMs - before.stolenMs) / elapsedMs,
    };
  };
}

function readMachine(): (MachineTimes & { readonly ours: ReadonlyMap<number, number> }) | null {
  try {
    const times = parseMachineTimes(readFileSync('/proc/stat', 'utf8'));
    const pids = [process.pid, ...descendantsOf(process.pid).map(({ pid }) => pid)];
    const processes = Object.entries(readProcessorTimes(Object.fromEntries(pids.map((pid) => [pid, pid]))));
    return { ...times, ours: new Map(processes.map(([pid, ms]) => [Number(pid), ms ?? 0])) };
  } catch {
    // Not Linux.
    return null;
  }
}

/** From `/proc/stat`, whose first line sums up all processors. */
export function parseMachineTimes(stat: string): MachineTimes {
  const fields = stat.split('\n', 1)[0]!.split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , hardInterrupts = 0, softInterrupts = 0, stolen = 0] = fields;
  return {
    busyMs: (user + nice + system + hardInterrupts + softInterrupts) * MS_PER_TICK,
    stolenMs: stolen * MS_PER_TICK,
  };
}
