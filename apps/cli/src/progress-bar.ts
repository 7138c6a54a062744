import type { Terminal } from './terminal.js';

const WIDTH = 24;

/** @param fraction how much is done, 0 to 1 */
export function progressBar(fraction: number, terminal: Terminal): string {
  const filled = Math.round(WIDTH * fraction);
  return terminal.paint('green', '█'.repeat(filled)) + terminal.paint('dim', '░'.repeat(WIDTH - filled));
}
