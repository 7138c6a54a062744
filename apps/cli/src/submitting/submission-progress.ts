import { basename } from 'node:path';
import type { Terminal } from '../terminal.js';
import { onOneLine } from '../text-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

const BAR_WIDTH = 24;

/** How far the pictures are: a bar on a terminal, nothing elsewhere. */
export class SubmissionProgress {
  readonly #terminal: Terminal;
  readonly #total: number;
  #ended = 0;

  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
    this.#draw('submitting');
  }

  onEnd({ path, job }: SubmittedPicture): void {
    this.#ended++;
    this.#draw(onOneLine(`${basename(path)}: ${job?.status ?? 'refused'}`));
  }

  /** Takes the bar away. */
  end(): void {
    this.#terminal.rewrite('');
  }

  #draw(what: string): void {
    const filled = Math.round((BAR_WIDTH * this.#ended) / this.#total);
    const bar =
      this.#terminal.paint('green', '█'.repeat(filled)) +
      this.#terminal.paint('dim', '░'.repeat(BAR_WIDTH - filled));
    this.#terminal.rewrite(`  ${bar}  ${this.#ended}/${this.#total}  ${what}`);
  }
}
