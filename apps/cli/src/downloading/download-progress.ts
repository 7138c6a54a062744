import { byteText } from '../byte-text.js';
import { progressBar } from '../progress-bar.js';
import type { Terminal } from '../terminal.js';
import type { ModelAddress } from './model-address.js';

const SHOW_EVERY_MS = 100;
/** In logs, where lines cannot move. */
const TELL_EVERY_MS = 30_000;

/** Shows how far downloads are: a bar on a terminal, a line now and then elsewhere. */
export class DownloadProgress {
  readonly #terminal: Terminal;
  #shownAtMs = 0;
  #toldAtMs = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  begin({ shown }: ModelAddress): void {
    this.#terminal.message(this.#terminal.paint('dim', `fetching ${shown}`));
  }

  show({ fileName }: ModelAddress, bytes: number, totalBytes: number | null): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownAtMs >= SHOW_EVERY_MS) {
      this.#shownAtMs = nowMs;
      const bar = totalBytes ? `${progressBar(Math.min(bytes / totalBytes, 1), this.#terminal)}  ` : '';
      this.#terminal.rewrite(`  ${bar}${amount(bytes, totalBytes)}  ${fileName}`);
    }
    if (!this.#terminal.isInteractive && nowMs - this.#toldAtMs >= TELL_EVERY_MS) {
      this.#toldAtMs = nowMs;
      this.#terminal.message(`  ${fileName}: ${amount(bytes, totalBytes)}`);
    }
  }

  end(): void {
    this.#terminal.rewrite('');
  }
}

function amount(bytes: number, totalBytes: number | null): string {
  return totalBytes === null ? byteText(bytes) : `${byteText(bytes)} of ${byteText(totalBytes)}`;
}
