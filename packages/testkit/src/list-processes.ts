import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly title: string;
}

/** The processes of this machine, as Linux lists them. Zombies, which only wait to be counted, are left out. */
export function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

/** The processes below one, at any depth. */
export function descendantsOf(pid: number): ProcessEntry[] {
  const all = listProcesses();
  const below = (parentPid: number): ProcessEntry[] =>
    all.filter((entry) => entry.parentPid === parentPid).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(pid);
}

export function isAlive(pid: number): boolean {
  return readProcess(pid).length === 1;
}

function readProcess(pid: number): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the fields after it are the state and the parent.
    const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return [];
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return [{ pid, parentPid: Number(parentPid), title }];
  } catch {
    // It ended while it was looked at.
    return [];
  }
}
