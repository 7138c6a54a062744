import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The processors that this process may run on, by their numbers; `null` where the system doesn't tell or cannot hold
 * a process to some of them.
 */
export function allowedCores(): readonly number[] | null {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (list === undefined) return null;
    const cores = parseCoreList(list);
    holdTo(cores);
    return cores;
  } catch {
    // No /proc, or no taskset.
    return null;
  }
}

/** Reads a list as the kernel writes it: `0-3,8` → 0, 1, 2, 3, 8. */
export function parseCoreList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * Cores for each of several workers, dealt out in turn: workers beyond what the cores suffice for share them with the
 * first ones.
 */
export function dealCores(cores: readonly number[], workers: number, coresPerWorker: number): number[][] {
  const shares = Math.max(1, Math.floor(cores.length / coresPerWorker));
  return Array.from({ length: workers }, (_, worker) => {
    const first = (worker % shares) * coresPerWorker;
    return cores.slice(first, first + coresPerWorker);
  });
}

/**
 * Starts a process that may only run on some cores, as a container with a `cpuset` may: the worker's thread budget
 * counts them. A process inherits them from the one that starts it, so this process takes them on for that moment.
 *
 * @param cores `null` for all that this process has
 */
export function onCores<Started>(cores: readonly number[] | null, start: () => Started): Started {
  const all = cores === null ? null : allowedCores();
  if (cores === null || all === null) return start();
  holdTo(cores);
  try {
    return start();
  } finally {
    holdTo(all);
  }
}

function holdTo(cores: readonly number[]): void {
  execFileSync('taskset', ['--cpu-list', '--pid', cores.join(','), String(process.pid)], { stdio: 'ignore' });
}
