import { terminalSettings } from './env.js';
import { EXIT_CODE } from './exit-code.js';
import { runCommandLine } from './run-command-line.js';
import { Terminal } from './terminal.js';

process.title = 'darkroom';

const interruption = new AbortController();
const interrupt = () => {
  // Told twice, it ends without tidying up.
  if (interruption.signal.aborted) process.exit(EXIT_CODE.interrupted);
  interruption.abort();
};
let lastInterruptMs = Number.NEGATIVE_INFINITY;
/** Signals that follow one another this closely are one: npm passes on what the terminal has sent already. */
const SAME_INTERRUPT_MS = 1000;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const nowMs = performance.now();
    if (nowMs - lastInterruptMs > SAME_INTERRUPT_MS) interrupt();
    lastInterruptMs = nowMs;
  });
}
process.on('disconnect', interrupt);
// The channel to the bootstrap alone must not keep us alive.
process.channel?.unref();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough: `darkroom models list | head -1`.
  if (error.code === 'EPIPE') process.exit(EXIT_CODE.success);
  throw error;
});

const terminal = new Terminal(process.stdout, process.stderr, terminalSettings());
process.exitCode = await runCommandLine(process.argv.slice(2), terminal, interruption.signal);
