import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** What the thread budget wants to know of the machine. */
export interface CpuReaders {
  /** Text of a file of the kernel's, or `null` where there is none. */
  readText(path: string): string | null;
  /** Processors that the process may run on. */
  availableParallelism(): number;
}

export const thisMachine: CpuReaders = {
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  },
  availableParallelism,
};

const CGROUPS = '/sys/fs/cgroup';

/**
 * Threads that can run at once: the processors of this machine, or less where a control group (a container's CPU
 * limit) allows less. A quota of one and a half processors counts as one: a second thread would be throttled.
 */
export function threadBudget(readers: CpuReaders = thisMachine): number {
  const quota = Math.min(...groupFolders(readers).map((folder) => quotaOf(folder, readers)));
  return Math.max(1, Math.min(readers.availableParallelism(), Math.floor(quota)));
}

/** Threads for each of several processes that share a budget, at least one. */
export function threadsPerProcess(budget: number, processes: number): number {
  return Math.max(1, Math.floor(budget / Math.max(1, processes)));
}

/** Folders of the process's control groups and all groups around them: each of them may set a quota. */
function groupFolders(readers: CpuReaders): string[] {
  const folders = [CGROUPS, `${CGROUPS}/cpu`, `${CGROUPS}/cpu,cpuacct`];
  for (const line of (readers.readText('/proc/self/cgroup') ?? '').split('\n')) {
    // Lines are `0::/group` in version 2 and `4:cpu,cpuacct:/group` in version 1.
    const [, controllers, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || group === undefined) continue;
    if (controllers !== '' && !controllers.split(',').includes('cpu')) continue;
    const root = controllers === '' ? CGROUPS : `${CGROUPS}/${controllers}`;
    for (let path = group; path.length > 1; path = path.slice(0, path.lastIndexOf('/'))) {
      folders.push(`${root}${path}`);
    }
  }
  return folders;
}

/** Processors that one control group allows; infinite without a limit. */
function quotaOf(folder: string, { readText }: CpuReaders): number {
  const [microseconds, period] =
    readText(`${folder}/cpu.max`)?.trim().split(/\s+/) ??
    ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => readText(`${folder}/${name}`)?.trim());
  const processors = Number(microseconds) / Number(period);
  // `max` in version 2 and -1 in version 1 say that there is no limit.
  return processors > 0 ? processors : Number.POSITIVE_INFINITY;
}
