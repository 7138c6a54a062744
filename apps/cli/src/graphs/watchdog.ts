import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;

/**
 * Ends this process when its parent is gone. One that is busy with a graph doesn't see that its channel was closed, so a
 * thread looks at the parent: an orphan is given another by the kernel. Nothing milder than SIGKILL stops a graph run.
 */
export function startWatchdog(parentPid: number): void {
  const thread = new Worker(
    `const { parentPid, lookEveryMs } = require('node:worker_threads').workerData;
     setInterval(() => { if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL'); }, lookEveryMs);`,
    { eval: true, workerData: { parentPid, lookEveryMs: LOOK_EVERY_MS } },
  );
  thread.unref();
}
