import { Worker } from 'node:worker_threads';
import { DarkroomError } from '@darkroom/contracts';
import type { Graph, Tensor } from '@darkroom/tensor';
import { DeviceLostError } from './device-lost-error.js';
import type { FromGraphThread, GraphThreadError, ToGraphThread } from './graph-thread-messages.js';
import type { GraphOptions } from './session-options.js';

type Call = ToGraphThread extends infer One ? (One extends unknown ? Omit<One, 'callId'> : never) : never;
type Answer<Type> = Extract<FromGraphThread, { type: Type }>;

interface Calling {
  readonly resolve: (answer: FromGraphThread) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread in which graphs are opened and run, one run after the other. ONNX Runtime blocks the event loop that a run
 * is started from for its whole length; here that is the thread's, and this process goes on decoding, preparing and
 * listening. The thread cannot be ended while it runs a graph, short of ending the process.
 */
export class GraphThread {
  readonly #thread: Worker;
  readonly #calling = new Map<number, Calling>();
  #calls = 0;

  /** @param entry the thread's compiled code */
  constructor(entry: URL = new URL('./graph-thread-main.js', import.meta.url)) {
    // Options such as a test runner's export conditions are not the thread's.
    this.#thread = new Worker(entry, { execArgv: [] });
    this.#thread.on('message', (answer: FromGraphThread) => this.#receive(answer));
    // A thread that failed leaves calls without an answer: the process is of no use any more.
    this.#thread.on('error', (error) => {
      throw error;
    });
    this.#thread.unref();
  }

  /**
   * Opens an `.onnx` file. Errors are those of `openGraph` and `OrtGraph.run`.
   * @returns a graph whose feeds stay the caller's: the thread gets copies
   */
  async open(path: string, options: GraphOptions): Promise<Graph & { close(): Promise<void> }> {
    const { graph } = await this.#call<'opened'>({ type: 'open', path, options });
    const { graphId, inputs, outputs } = graph;
    const all = outputs.map(({ name }) => name);
    return {
      inputs,
      outputs,
      run: async (feeds, outputNames = all) => {
        const copies = copyAll(feeds);
        const moved = Object.values(copies).map(({ data }) => data.buffer as ArrayBuffer);
        const ran = await this.#call<'ran'>({ type: 'run', graphId, feeds: copies, outputNames }, moved);
        return ran.outputs;
      },
      close: async () => void (await this.#call<'closed'>({ type: 'close', graphId })),
    };
  }

  #call<Type extends FromGraphThread['type']>(
    call: Call,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<Answer<Type>> {
    const callId = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#calling.set(callId, { resolve: (answer) => resolve(answer as Answer<Type>), reject });
      this.#thread.postMessage({ callId, ...call }, [...moved]);
    });
  }

  #receive(answer: FromGraphThread): void {
    const calling = this.#calling.get(answer.callId);
    this.#calling.delete(answer.callId);
    if (answer.type === 'failed') calling?.reject(withClass(answer.error));
    else calling?.resolve(answer);
  }
}

/** Cheaper than to let the thread's channel copy: that does it twice. */
function copyAll(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() } as Tensor]),
  );
}

function withClass(error: GraphThreadError): Error {
  if (error.kind === 'device_lost') return new DeviceLostError(error.message);
  if (error.kind === 'darkroom') return new DarkroomError(error.code, error.message);
  return new Error(error.message);
}
