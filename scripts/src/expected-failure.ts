import { terminal } from './terminal.js';

/** A failure whose message is all that a user needs: it is shown without a stack. */
export class ExpectedFailure extends Error {
  override readonly name = 'ExpectedFailure';
}

/** Runs a script to its end; what it throws is shown, and the exit code says that it failed. */
export async function runAsScript(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    const text = error instanceof ExpectedFailure ? error.message : String((error as Error)?.stack ?? error);
    process.stderr.write(`${terminal.paint('red', '✗')} ${text}\n`);
    process.exitCode = 1;
  }
}
