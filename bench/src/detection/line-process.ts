import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const LAST_WORDS_LENGTH = 2_000;

/** Another program that is told what to do line by line, and prints lines. */
export class LineProcess {
  readonly #child: ChildProcess;
  /** Rejects when the program ends. */
  readonly #ended: Promise<never>;
  #lastWords = '';
  #answered: ((line: string) => void) | null = null;

  constructor(name: string, command: string, args: readonly string[]) {
    // One that shows pictures has no screen here.
    const env = { ...process.env, QT_QPA_PLATFORM: 'offscreen' };
    this.#child = spawn(command, args, { env, stdio: 'pipe' });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#answered?.(line));
    this.#child.stderr!.on('data', (chunk) => {
      this.#lastWords = `${this.#lastWords}${chunk}`.slice(-LAST_WORDS_LENGTH);
    });
    // What it didn't read any more is told by its end.
    this.#child.stdin!.on('error', () => {});
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      throw new Error(`${name} ended (${signal ?? `exit code ${code}`}): ${this.#lastWords}`);
    });
    this.#ended.catch(() => {});
  }

  /**
   * Sends a line and waits for one that matches.
   * @throws Error when the program ends before, with what it printed last
   */
  async ask(line: string, answer: RegExp): Promise<RegExpExecArray> {
    const answered = new Promise<RegExpExecArray>((resolve) => {
      this.#answered = (printed) => {
        const match = answer.exec(printed);
        if (match) resolve(match);
      };
    });
    this.#child.stdin!.write(`${line}\n`);
    try {
      return await Promise.race([answered, this.#ended]);
    } finally {
      this.#answered = null;
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (!this.#child.kill('SIGKILL')) return;
    await ended;
  }
}
