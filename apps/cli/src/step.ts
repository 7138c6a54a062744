import type { Terminal } from './terminal.js';

const SHOW_EVERY_MS = 200;

/** Does one step of several, with a moving line while it lasts; when it is over, the line is gone. */
export async function step<Value>(
  terminal: Terminal,
  doing: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const startedAtMs = performance.now();
  const show = () => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1000);
    terminal.rewrite(terminal.paint('dim', `… ${doing}${seconds > 0 ? `  ${seconds} s` : ''}`));
  };
  show();
  const timer = setInterval(show, SHOW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    terminal.rewrite('');
  }
}
