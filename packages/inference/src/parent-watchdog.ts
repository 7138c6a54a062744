import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 250;

/**
 * Ends this process when its parent is gone.
 *
 * A child that is busy with a picture doesn't see that its channel was closed, so a thread of its own looks at the
 * parent: an orphan is given another parent by the kernel. SIGKILL, because nothing milder stops a graph run.
 */
export function startParentWatchdog(parentPid: number): void {
  const thread = new Worker(
    `const { parentPid, lookEveryMs } = require('node:worker_threads').workerData;
     setInterval(() => { if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL'); }, lookEveryMs);`,
    { eval: true, workerData: { parentPid, lookEveryMs: LOOK_EVERY_MS } },
  );
  thread.unref();
}
