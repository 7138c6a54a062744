import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process answers when it can't. */
export interface Failed {
  readonly type: 'failed';
  readonly message: string;
}

/** A process of the bench's own that does one thing at a time: each message has one answer. */
export class AskedProcess<Asked extends object, Answer extends { readonly type: string }> {
  readonly #what: string;
  readonly #child: ChildProcess;

  /** @param what it is, for errors @param main its compiled code */
  constructor(what: string, main: URL) {
    this.#what = what;
    this.#child = fork(main, {
      // ONNX Runtime would else report its use to its maker.
      env: { ORT_DISABLE_TELEMETRY: '1' },
      // Arrays of numbers arrive as such.
      serialization: 'advanced',
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** @throws Error when it fails, or ends instead of answering */
  async ask<Type extends Answer['type']>(
    message: Asked,
    type: Type,
  ): Promise<Extract<Answer, { type: Type }>> {
    const ended = new AbortController();
    const died = once(this.#child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
      throw new Error(`the process of ${this.#what} died (${signal ?? `exit code ${code}`})`);
    });
    died.catch(() => {});
    const answered = once(this.#child, 'message', { signal: ended.signal });
    answered.catch(() => {});
    this.#child.send(message);
    try {
      const [answer] = (await Promise.race([answered, died])) as [Answer | Failed];
      if (answer.type === type) return answer as Extract<Answer, { type: Type }>;
      throw new Error('message' in answer ? String(answer.message) : `answered ${answer.type}, not ${type}`);
    } finally {
      ended.abort();
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** The other side: answers messages one by one, and ends with the process that asks. */
export function answerMessages<Asked>(answer: (message: Asked) => Promise<object>): void {
  const send = (message: object) => process.send?.(message);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    answer(message as Asked).then(send, (error: Error) =>
      send({ type: 'failed', message: error.stack ?? error.message } satisfies Failed),
    );
  });
}
