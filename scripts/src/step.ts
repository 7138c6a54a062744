import { terminal } from './terminal.js';

const LONG_STEP_MS = 3000;
const DONE_WIDTH = 44;

/**
 * Does one step of several and shows it as one line with its time: moving on a terminal, else when it is over.
 * What the work returns is said at the end of the line.
 */
export async function step<Value>(
  texts: { readonly doing: string; readonly done: string | ((value: Value) => string) },
  work: () => Promise<Value>,
): Promise<Value> {
  const startedAtMs = performance.now();
  const seconds = () => (performance.now() - startedAtMs) / 1000;
  const showProgress = () => {
    if (terminal.interactive) terminal.rewrite(`… ${texts.doing}  ${Math.round(seconds())} s`);
    else terminal.line(`  ${texts.doing} …`);
  };
  if (terminal.interactive) showProgress();
  const timer = terminal.interactive
    ? setInterval(showProgress, 200)
    : setTimeout(showProgress, LONG_STEP_MS);
  try {
    const value = await work();
    terminal.rewrite('');
    const done = typeof texts.done === 'string' ? texts.done : texts.done(value);
    terminal.line(
      `${terminal.paint('green', '✓')} ${done.padEnd(DONE_WIDTH)}${terminal.paint('dim', `${seconds().toFixed(1)} s`)}`,
    );
    return value;
  } catch (error) {
    terminal.rewrite('');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
