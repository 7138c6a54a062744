/** Signals that follow one another this closely are one request: npm passes on what the terminal has sent already. */
const SAME_REQUEST_MS = 1000;

/**
 * Calls `onStop` when this process is told to end (Ctrl-C, SIGTERM, a closed terminal, the end of the bootstrap
 * that started it), and `onInsist` when it is told so once more later on.
 */
export function onStopRequest(onStop: (reason: string) => void, onInsist: () => void): void {
  let firstAtMs: number | null = null;
  const handle = (reason: string) => {
    const nowMs = Date.now();
    if (firstAtMs === null) {
      firstAtMs = nowMs;
      onStop(reason);
    } else if (nowMs - firstAtMs > SAME_REQUEST_MS) {
      onInsist();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => handle(signal));
  process.on('disconnect', () => handle('the bootstrap has ended'));
  // The channel to the bootstrap alone must not keep us alive.
  process.channel?.unref();
}
