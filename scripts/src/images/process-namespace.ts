import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process in a process namespace of its own, by its number outside. */
export interface ProcessInImage {
  readonly pid: number;
  readonly userId: number;
  readonly command: string;
}

/** The first child of a process, if it has one. */
export function childOf(pid: number): number | undefined {
  const [child] = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return child === undefined ? undefined : Number(child);
}

/** What names the process namespace of a process. @throws Error when there is no such process */
export function namespaceOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/ns/pid`);
}

/** All processes of a namespace. */
export function processesIn(namespace: string): ProcessInImage[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isIn(namespace, Number(name)))
    .flatMap((name) => {
      const [, userId] = /^Uid:\s+(\d+)/m.exec(read(`/proc/${name}/status`)) ?? [];
      // It may have ended meanwhile.
      if (userId === undefined) return [];
      const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), userId: Number(userId), command }];
    });
}

function isIn(namespace: string, pid: number): boolean {
  try {
    return namespaceOf(pid) === namespace;
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
