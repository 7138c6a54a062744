import type { ClosableGraph } from '@darkroom/model-families';
import { readFirstThreadProcessorMs } from '../processor-time.js';
import { type LastRun, threadsClockMs } from './graph-runs-clock.js';
import type { GenerationEvent } from './step-times.js';

interface Watching {
  readonly file: string;
  readonly lastRun: LastRun;
  /** Each run is put behind them. */
  readonly events: GenerationEvent[];
}

/** A graph in a thread, whose runs are timed. It begins as early as the graph itself does, so nothing changes its order. */
export function watchedGraph(graph: ClosableGraph, { file, lastRun, events }: Watching): ClosableGraph {
  return {
    ...graph,
    run: async (...given) => {
      const askedMs = threadsClockMs();
      const running = graph.run(...given);
      const sentMs = threadsClockMs();
      let waitedMs = sentMs;
      let processorMs: number | null = null;
      // Comes when the caller has done what it does until it waits for the answer.
      queueMicrotask(() => {
        waitedMs = threadsClockMs();
        processorMs = readFirstThreadProcessorMs();
      });
      const outputs = await running;
      const answeredMs = threadsClockMs();
      const [beganMs, endedMs] = lastRun as unknown as [number, number];
      const inThread = { beganMs, endedMs };
      events.push({ what: 'run', file, askedMs, sentMs, waitedMs, ...inThread, answeredMs, processorMs });
      return outputs;
    },
  };
}
