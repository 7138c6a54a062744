import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { threadBudget } from '@darkroom/inference/thread-budget';

const GIBIBYTE = 1024 ** 3;

/** Where figures come from: without it they mean nothing. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** What a worker shares out among its processes: less than the cores where a container may use less. */
  readonly threadBudget: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** Of the checkout; with a plus sign where something in it was changed since. */
  readonly commit: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    threadBudget: threadBudget(),
    memoryGib: Math.round((totalmem() / GIBIBYTE) * 10) / 10,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    commit: commit(),
  };
}

export function machineLine({ processor, cores, threadBudget, memoryGib, system, node, commit }: Machine) {
  const threads = threadBudget === cores ? '' : `, ${threadBudget} threads to use`;
  return `${processor}, ${cores} cores${threads}, ${memoryGib} GiB, ${system}, Node ${node}, commit ${commit}`;
}

/** Processes that ran or wanted to, on average over the last minute. */
export function loadAverage(): number {
  return loadavg()[0]!;
}

function commit(): string {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    // A copy without its history, or no git.
    return 'unknown';
  }
}
