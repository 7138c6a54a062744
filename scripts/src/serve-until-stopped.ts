import type { Stack } from './stack.js';
import { onStopRequest } from './stop-requests.js';
import { terminal } from './terminal.js';

/**
 * Starts everything, keeps it running and stops it in order when we are told to; a second time ends everything at
 * once.
 *
 * @param banner what to say once it serves
 * @throws ExpectedFailure when a part dies before that, or can't be kept up later
 */
export async function serveUntilStopped(stack: Stack, banner: () => Promise<string>): Promise<void> {
  const stopRequest = untilStopRequest(stack);
  terminal.line('  starting Redis, API and worker …');
  try {
    await Promise.race([stopRequest, serve(stack, banner)]);
  } finally {
    await stack.stop();
  }
  terminal.line('stopped');
}

/** A part that has died, as a line for people. */
export function showDeath(part: string, reason: string, restartsInMs: number | null): void {
  const outlook = restartsInMs === null ? '' : `; starting it again in ${restartsInMs / 1000} s`;
  terminal.line(terminal.paint('yellow', `${part} has ended: ${reason}${outlook}`));
}

/** Settles only when something goes wrong. */
async function serve(stack: Stack, banner: () => Promise<string>): Promise<never> {
  await stack.start(Number.POSITIVE_INFINITY);
  stack.keepAlive();
  terminal.line(await banner());
  return stack.death;
}

function untilStopRequest(stack: Stack): Promise<void> {
  return new Promise((resolve) => {
    onStopRequest(
      () => {
        terminal.line('\nstopping …');
        resolve();
      },
      () => stack.kill().finally(() => process.exit(1)),
    );
  });
}
