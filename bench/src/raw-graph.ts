import { AskedProcess } from './asked-process.js';
import type { FromRawGraph, ToRawGraph } from './raw-graph-messages.js';

/** Runs of a graph one after the other, and how long they took together. */
export interface RawRuns {
  readonly runs: number;
  readonly elapsedMs: number;
}

/**
 * A process that holds one graph, opened with the options that a worker opens it with, and runs it without anything
 * around: what Darkroom is compared with.
 */
export class RawGraph {
  readonly #process = new AskedProcess<ToRawGraph, FromRawGraph>(
    'raw runs',
    new URL('./raw-graph-process.js', import.meta.url),
  );

  get pid(): number {
    return this.#process.pid;
  }

  /** @param threads that share the work of one operator */
  async open(path: string, threads: number): Promise<void> {
    await this.#process.ask({ type: 'open', path, threads }, 'opened');
  }

  async run(forMs: number): Promise<RawRuns> {
    const { runs, elapsedMs } = await this.#process.ask({ type: 'run', forMs }, 'ran');
    return { runs, elapsedMs };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
