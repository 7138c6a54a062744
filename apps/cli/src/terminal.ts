import { styleText } from 'node:util';
import type { TerminalSettings } from './env.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A stream as `process.stdout` and `process.stderr` are. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Where a command writes: results to the standard output, which others may read, and all that is for people to the
 * standard error stream.
 */
export class Terminal {
  /** Whether somebody looks at the results; else they are JSON. */
  readonly showsResults: boolean;
  /** Whether lines may move. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly #isColorful: boolean;
  readonly #out: OutputStream;
  readonly #messages: OutputStream;

  constructor(out: OutputStream, messages: OutputStream, { mayMove, mayHaveColors }: TerminalSettings) {
    this.#out = out;
    this.#messages = messages;
    this.showsResults = Boolean(out.isTTY);
    this.isInteractive = Boolean(messages.isTTY) && mayMove;
    // Whichever of the two a text goes to, it must not bring colours into a file.
    this.#isColorful = mayHaveColors && Boolean(out.isTTY) && Boolean(messages.isTTY);
    this.columns = out.columns ?? Number.POSITIVE_INFINITY;
  }

  paint(style: Style, text: string): string {
    return this.#isColorful ? styleText(style, text) : text;
  }

  result(text: string): void {
    this.#out.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  json(value: unknown): void {
    this.result(JSON.stringify(value, null, 2));
  }

  message(text: string): void {
    this.rewrite('');
    this.#messages.write(`${text}\n`);
  }

  /** Replaces the present line of messages; without a terminal nothing is shown. */
  rewrite(text: string): void {
    if (this.isInteractive) this.#messages.write(`\r\u001b[2K${text}`);
  }
}
