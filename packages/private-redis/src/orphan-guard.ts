import { spawn } from 'node:child_process';

export interface OrphanGuard {
  /** To be called when the guarded process has ended, before its number can be given to another. */
  release(): void;
}

export interface OrphanGuardOptions {
  /** Signal the whole process group that `pid` leads, not `pid` alone. */
  readonly group?: boolean;
  /** A folder to remove once the process is gone. */
  readonly removeFolder?: string | undefined;
  /** How long the process has to obey SIGTERM before SIGKILL. */
  readonly graceSeconds?: number;
}

/*
 * `read` returns when the other end of the pipe closes: the operating system does that however the owner
 * ends, SIGKILL included. A word on the pipe says that all is well and there is nothing left to do.
 */
const WATCH = `
if read -r word; then exit 0; fi
kill -s TERM -- "$1" 2>/dev/null
waited=0
while [ "$waited" -lt "$3" ] && kill -s 0 -- "$1" 2>/dev/null; do sleep 1; waited=$((waited + 1)); done
kill -s KILL -- "$1" 2>/dev/null
if [ -n "$2" ]; then rm -rf -- "$2"; fi
`;

/**
 * Ends process `pid` when this process ends without having done so itself: a shell of its own session waits
 * for the end of a pipe that only this process holds. Nothing a process does for itself could cover its own
 * SIGKILL, and a plain shell costs a megabyte where a second Node would cost forty.
 */
export function guardAgainstOrphan(pid: number, options: OrphanGuardOptions = {}): OrphanGuard {
  const target = options.group ? -pid : pid;
  const args = [String(target), options.removeFolder ?? '', String(options.graceSeconds ?? 5)];
  const shell = spawn('sh', ['-c', WATCH, 'darkroom-orphan-guard', ...args], {
    // A session of its own: neither Ctrl-C nor a signal to our group may stop the guard before its time.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  // The guard may be gone already when it is released; that is no fault of ours.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // The pipe alone must not keep this process alive.
  const pipe = shell.stdin as typeof shell.stdin & { unref?: () => void };
  pipe.unref?.();
  return { release: () => shell.stdin.end('ended\n') };
}
