import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { GraphSignature } from '@darkroom/tensor';
import { CommandFailure } from '../command-failure.js';
import { graphProcessEnvironment } from '../env.js';
import type { GraphAnswer, GraphRequest, Sample } from './graph-messages.js';

const CHILD_MAIN = fileURLToPath(new URL('./graph-process.js', import.meta.url));

/**
 * Runs foreign graphs in a process of their own: a graph that brings ONNX Runtime down, takes all memory or never ends
 * takes nothing else with it. After a death the next graph gets a new process. One request at a time.
 */
export class GraphProcesses {
  readonly #signal: AbortSignal;
  #child: ChildProcess | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#child?.kill('SIGKILL'), { once: true });
  }

  /** @throws CommandFailure when it is no graph that ONNX Runtime can open */
  async signature(path: string): Promise<GraphSignature> {
    return (await this.#ask({ type: 'signature', path })).signature;
  }

  /** @returns what keeps the model from being served, a line each */
  async check(model: LoadedManifest): Promise<readonly string[]> {
    return (await this.#ask({ type: 'check', model })).problems;
  }

  /** Runs a model on the bytes of a picture. @throws CommandFailure when it cannot be run */
  async sample(model: LoadedManifest, picture: Buffer): Promise<Sample> {
    return (await this.#ask({ type: 'sample', model, picture })).sample;
  }

  /** Lets the process end, if there is one. */
  close(): void {
    if (this.#child?.connected) this.#child.disconnect();
    this.#child = null;
  }

  async #ask<Type extends GraphRequest['type']>(request: Extract<GraphRequest, { type: Type }>) {
    this.#signal.throwIfAborted();
    this.#child ??= fork(CHILD_MAIN, [], {
      serialization: 'advanced',
      env: graphProcessEnvironment(),
      // What ONNX Runtime prints on its own account would get between the messages; what matters comes as an answer.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const answer = await answerOf(this.#child, request).catch((error: unknown) => {
      this.#child = null;
      this.#signal.throwIfAborted();
      throw error;
    });
    if (answer.type === 'failed') throw new CommandFailure(answer.message);
    return answer as Extract<GraphAnswer, { type: Type }>;
  }
}

/** @throws CommandFailure when the process dies of it */
function answerOf(child: ChildProcess, request: GraphRequest): Promise<GraphAnswer> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message as GraphAnswer);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(died(signal ?? `exit code ${code}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(request, () => {});
  });
}

function died(ending: string): CommandFailure {
  const cause =
    ending === 'SIGKILL'
      ? 'Most likely memory ran out: give the machine more, or choose a smaller model'
      : 'The file is damaged, or ONNX Runtime has a fault with it: fetch or export it again';
  return new CommandFailure(`the process that ran the graph died (${ending}). ${cause}`);
}
