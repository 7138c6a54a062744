import { pictureName } from '../picture-word.js';
import { progressBar } from '../progress-bar.js';
import type { Terminal } from '../terminal.js';
import { onOneLine } from '../text-table.js';
import type { SubmittedPicture } from './submit-pictures.js';

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
    this.#draw(onOneLine(`${pictureName(path)}: ${job?.status ?? 'refused'}`));
  }

  /** Takes the bar away. */
  end(): void {
    this.#terminal.rewrite('');
  }

  #draw(what: string): void {
    const bar = progressBar(this.#ended / this.#total, this.#terminal);
    this.#terminal.rewrite(`  ${bar}  ${this.#ended}/${this.#total}  ${what}`);
  }
}
