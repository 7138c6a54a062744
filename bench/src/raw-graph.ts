import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromRawGraph, ToRawGraph } from './raw-graph-messages.js';

const CHILD_MAIN = fileURLToPath(new URL('./raw-graph-process.js', import.meta.url));

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
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(CHILD_MAIN, {
      // ONNX Runtime would else report its use to its maker.
      env: { ORT_DISABLE_TELEMETRY: '1' },
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** @param threads that share the work of one operator */
  async open(path: string, threads: number): Promise<void> {
    await this.#ask({ type: 'open', path, threads });
  }

  async run(forMs: number): Promise<RawRuns> {
    const { runs, elapsedMs } = (await this.#ask({ type: 'run', forMs })) as RawRuns;
    return { runs, elapsedMs };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(message: ToRawGraph): Promise<FromRawGraph> {
    const ended = new AbortController();
    const died = once(this.#child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
      throw new Error(`the process of raw runs died (${signal ?? `exit code ${code}`})`);
    });
    died.catch(() => {});
    const answered = once(this.#child, 'message', { signal: ended.signal });
    answered.catch(() => {});
    this.#child.send(message);
    try {
      const [answer] = (await Promise.race([answered, died])) as [FromRawGraph];
      if (answer.type === 'failed') throw new Error(answer.message);
      return answer;
    } finally {
      ended.abort();
    }
  }
}
