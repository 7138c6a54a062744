import { getEnvironmentData } from 'node:worker_threads';
import { OrtGraph } from '@darkroom/inference';
import { LAST_RUN, type LastRun, threadsClockMs } from './graph-runs-clock.js';

/* The thread of a `GraphThread`, as it is, which also tells when each run began and ended. */
const lastRun = getEnvironmentData(LAST_RUN) as LastRun;
const { run } = OrtGraph.prototype;

OrtGraph.prototype.run = async function timedRun(...given) {
  lastRun[0] = threadsClockMs();
  const outputs = await run.apply(this, given);
  lastRun[1] = threadsClockMs();
  return outputs;
};

// Messages that come before wait.
await import(new URL('./graph-thread-main.js', import.meta.resolve('@darkroom/inference')).href);
